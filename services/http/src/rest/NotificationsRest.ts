import { Api } from "@opsdesk/api/Api"
import { NotificationDesk } from "@opsdesk/notifications/NotificationDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

export const NotificationsRest = HttpApiBuilder.group(
  Api,
  "notifications",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* NotificationDesk
    return handlers.handleAll({
      listNotifications: ({ query: { cursor, include, limit, ...filter } }) =>
        desk.list(filter, { limit, cursor, include }),
      readNotification: ({ params }) => Effect.map(desk.read(params.id), found)
    })
  })
)

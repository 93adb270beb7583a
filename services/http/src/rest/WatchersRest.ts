import { Api } from "@opsdesk/api/Api"
import { WatcherDesk } from "@opsdesk/tickets/WatcherDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

export const WatchersRest = HttpApiBuilder.group(
  Api,
  "watchers",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* WatcherDesk
    return handlers.handleAll({
      listWatchers: ({ params, query }) => desk.list(params.id, query),
      watchTicket: ({ params }) => Effect.map(desk.watch(params.id, params.userId), found),
      unwatchTicket: ({ params }) => desk.unwatch(params.id, params.userId)
    })
  })
)

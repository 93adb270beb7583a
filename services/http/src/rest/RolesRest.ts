import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Api } from "@opsdesk/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

export const RolesRest = HttpApiBuilder.group(
  Api,
  "roles",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* AccessDesk
    return handlers.handleAll({
      listRoles: ({ query }) => desk.roles(query),
      listPermissions: ({ query }) => desk.permissions(query)
    })
  })
)

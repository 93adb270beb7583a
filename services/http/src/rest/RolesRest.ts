import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { RoleDesk } from "@opsdesk/access/RoleDesk"
import { Api } from "@opsdesk/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { createdVersion, foundVersion } from "./created.ts"

export const RolesRest = HttpApiBuilder.group(
  Api,
  "roles",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* AccessDesk
    const roles = yield* RoleDesk
    return handlers.handleAll({
      listRoles: ({ query }) => desk.roles(query),
      createRole: ({ payload }) =>
        Effect.map(roles.create(payload), (role) => createdVersion(`/v1/roles/${role.id}`, role)),
      getRole: ({ params }) => Effect.map(roles.get(params.id), foundVersion),
      setRolePermissions: ({ headers, params, payload }) =>
        Effect.map(roles.setPermissions(params.id, payload, headers["if-match"]), foundVersion),
      listPermissions: ({ query }) => desk.permissions(query)
    })
  })
)

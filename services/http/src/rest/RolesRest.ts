import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { RoleDesk } from "@opsdesk/access/RoleDesk"
import { Api } from "@opsdesk/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { created, found } from "./created.ts"

export const RolesRest = HttpApiBuilder.group(
  Api,
  "roles",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* AccessDesk
    const roles = yield* RoleDesk
    return handlers.handleAll({
      listRoles: ({ query }) => desk.roles(query),
      createRole: ({ payload }) => Effect.map(roles.create(payload), (role) => created(`/v1/roles/${role.id}`, role)),
      getRole: ({ params }) => Effect.map(roles.get(params.id), found),
      setRolePermissions: ({ params, payload }) => Effect.map(roles.setPermissions(params.id, payload), found),
      listPermissions: ({ query }) => desk.permissions(query)
    })
  })
)

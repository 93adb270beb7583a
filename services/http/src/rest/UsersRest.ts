import { Api } from "@opsdesk/api/Api"
import { AccountDesk } from "@opsdesk/users/AccountDesk"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { createdVersion, found, foundVersion } from "./created.ts"

export const UsersRest = HttpApiBuilder.group(
  Api,
  "users",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* UserDesk
    const accounts = yield* AccountDesk
    return handlers.handleAll({
      me: () => Effect.map(desk.me(), ({ permissions, user }) => found({ ...user, permissions })),
      listUsers: ({ query: { cursor, include, limit, ...filter } }) => desk.list(filter, { limit, cursor, include }),
      createUser: ({ payload }) =>
        Effect.map(desk.create(payload), (user) => createdVersion(`/v1/users/${user.id}`, user)),
      getUser: ({ params }) => Effect.map(desk.get(params.id), foundVersion),
      updateUser: ({ headers, params, payload }) =>
        Effect.map(accounts.update(params.id, payload, headers["if-match"]), foundVersion),
      setUserRoles: ({ headers, params, payload }) =>
        Effect.map(accounts.setRoles(params.id, payload, headers["if-match"]), foundVersion)
    })
  })
)

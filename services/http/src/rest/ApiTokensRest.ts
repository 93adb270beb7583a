import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { Api } from "@opsdesk/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { created, found } from "./created.ts"

export const ApiTokensRest = HttpApiBuilder.group(
  Api,
  "apiTokens",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* ApiTokenDesk
    return handlers.handleAll({
      listApiTokens: ({ query }) => desk.list(query),
      createApiToken: ({ payload }) =>
        Effect.map(desk.create(payload), (token) => created(`/v1/api-tokens/${token.id}`, token)),
      getApiToken: ({ params }) => Effect.map(desk.get(params.id), found),
      revokeApiToken: ({ params }) => desk.revoke(params.id)
    })
  })
)

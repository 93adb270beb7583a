import { SignInDesk } from "@opsdesk/access/SignInDesk"
import { Api } from "@opsdesk/api/Api"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

export const AuthRest = HttpApiBuilder.group(
  Api,
  "auth",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* SignInDesk
    const tokens = yield* AccessTokens
    return handlers.handleAll({
      login: ({ payload }) => Effect.map(desk.signIn(payload), found),
      keys: () => Effect.map(tokens.publicKeys, (keys) => ({ keys }))
    })
  })
)

import { SessionDesk } from "@opsdesk/access/SessionDesk"
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
    const sessions = yield* SessionDesk
    const tokens = yield* AccessTokens
    return handlers.handleAll({
      login: ({ payload }) => Effect.map(desk.signIn(payload), found),
      refresh: ({ headers, payload }) =>
        Effect.map(sessions.refresh(payload.refreshToken, headers["idempotency-key"] ?? null), found),
      keys: () => Effect.map(tokens.publicKeys, (keys) => ({ keys }))
    })
  })
)

export const SessionRest = HttpApiBuilder.group(
  Api,
  "session",
  Effect.fnUntraced(function*(handlers) {
    const sessions = yield* SessionDesk
    return handlers.handleAll({ logout: () => sessions.signOut() })
  })
)

import { flowLasts, OidcDesk } from "@opsdesk/access/OidcDesk"
import type { SignInEnd } from "@opsdesk/access/OidcDesk"
import { Api } from "@opsdesk/api/Api"
import { Effect, Redacted } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

/** The page itself, whoever asks for what: no part of where the browser goes comes from the request. */
const pageAfter = (end: SignInEnd): string =>
  "code" in end ? `/#oidc=${Redacted.value(end.code)}` : pageSaying(end.error)
const pageSaying = (why: string): string => `/#oidc-error=${why}`

/** Whoever has followed the page's button reads of a problem there; programs get it as one. */
const sayToBrowsers = (why: "busy" | "unavailable") => <E>(problem: E) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
    headers.accept?.includes("text/html") === true
      ? Effect.succeed(HttpServerResponse.redirect(pageSaying(why), { status: 303 }))
      : Effect.fail(problem))

export const OidcRest = HttpApiBuilder.group(
  Api,
  "oidc",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* OidcDesk
    // `__Host-` keeps subdomains and plain http from setting it (RFC 6265bis), but asks for https itself.
    const cookie = desk.isSecure ? "__Host-opsdesk-sign-in" : "opsdesk-sign-in"
    const attributes = { httpOnly: true, secure: desk.isSecure, sameSite: "lax", path: "/" } as const

    const browser = Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) => {
      const value = cookies[cookie]
      return value === undefined || value === "" ? null : Redacted.make(value)
    })
    const forget = HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(HttpServerResponse.expireCookieUnsafe(response, cookie, attributes))
    )

    return handlers.handleAll({
      signInConfig: () => Effect.succeed(found(desk.config)),
      startSignIn: () =>
        desk.start().pipe(
          Effect.map(({ browser, location }) =>
            HttpServerResponse.redirect(location, { status: 302 }).pipe(
              HttpServerResponse.setCookieUnsafe(cookie, Redacted.value(browser), { ...attributes, maxAge: flowLasts })
            )
          ),
          Effect.catchTag("RateLimited", sayToBrowsers("busy")),
          Effect.catchTag("DependencyUnavailable", sayToBrowsers("unavailable"))
        ),
      finishSignIn: Effect.fnUntraced(function*({ query }) {
        const end = yield* desk.finish(query, yield* browser)
        if ("error" in end) yield* forget
        return HttpServerResponse.redirect(pageAfter(end), { status: 303 })
      }),
      takeSession: Effect.fnUntraced(function*({ payload }) {
        const session = yield* desk.session(Redacted.make(payload.code), yield* browser)
        yield* forget
        return found(session)
      })
    })
  })
)

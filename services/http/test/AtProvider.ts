import type { Account } from "@opsdesk/testkit/SignInProvider"
import { audience, clientId, SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** The whole program with a real provider of identities on loopback; `desk.test` is where browsers find the desk. */
export const AtProvider = (variables: Record<string, string> = {}) =>
  TestHttp.layerNoStack.pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(SignInProvider, ({ issuer }) =>
      TestStack("peopled", undefined, {
        OIDC_ISSUER: issuer,
        OIDC_AUDIENCE: audience,
        OIDC_CLIENT_ID: clientId,
        OIDC_ROLES_CLAIM: "realm.roles",
        OPSDESK_PUBLIC_URL: "http://desk.test",
        ...variables
      })))),
    Layer.provideMerge(SignInProvider.layer)
  )

/** The cookie that an answer sets, as a browser sends it back. */
export const cookieOf = (answer: Answer): string => answer.headers.getSetCookie()[0]?.split(";")[0] ?? ""

/** A browser that began to sign in: where it was sent, and its cookie. */
export const begun = Effect.gen(function*() {
  const { ask } = yield* TestHttp
  const answer = yield* ask("GET", "/v1/auth/oidc/start")
  return { location: answer.headers.get("location") ?? "", cookie: cookieOf(answer) }
})

/** Somebody signs in at the provider: the address at the desk that their browser is sent back to, and its cookie. */
export const wentThere = Effect.fnUntraced(function*(account: Account) {
  const provider = yield* SignInProvider
  provider.account(account)
  const { cookie, location } = yield* begun
  const { pathname, search } = new URL(yield* provider.signIn(location, account.sub))
  return { back: pathname + search, cookie }
})

/** Where the desk sends a browser that comes back. */
export const sentOn = Effect.fnUntraced(function*(back: string, cookie: string) {
  const { ask } = yield* TestHttp
  const answer = yield* ask("GET", back, { headers: cookie === "" ? {} : { cookie } })
  return { status: answer.status, location: answer.headers.get("location") ?? "", answer }
})

export const codeIn = (location: string): string => location.replace("/#oidc=", "")

export const exchanged = Effect.fnUntraced(function*(code: string, cookie: string) {
  const { ask } = yield* TestHttp
  return yield* ask("POST", "/v1/auth/oidc/session", { body: { code }, headers: cookie === "" ? {} : { cookie } })
})

/** All of it: what `POST /v1/auth/oidc/session` answers. */
export const signedIn = Effect.fnUntraced(function*(account: Account) {
  const { back, cookie } = yield* wentThere(account)
  const { location } = yield* sentOn(back, cookie)
  return yield* exchanged(codeIn(location), cookie)
})

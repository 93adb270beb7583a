import { assert, layer } from "@effect/vitest"
import { redirectUri, SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { DateTime, Effect, Option, Redacted } from "effect"
import * as jose from "jose"
import { answerIn, AtProvider, deskSide, request, subjectOf } from "./fixtures.ts"

const signedIn = (sub: string) =>
  Effect.gen(function*() {
    const { authorizationUrl } = yield* deskSide
    const { signIn } = yield* SignInProvider
    return yield* signIn(yield* authorizationUrl(request), sub)
  })

layer(AtProvider, { excludeTestServices: true })("a sign-in at a real provider", (it) => {
  it.effect("sends the browser there with everything that guards the way back", () =>
    Effect.gen(function*() {
      const { issuer } = yield* SignInProvider
      const url = new URL(yield* (yield* deskSide).authorizationUrl(request))
      assert.strictEqual(url.origin, issuer)
      const { code_challenge: challenge, ...said } = Object.fromEntries(url.searchParams)
      assert.deepStrictEqual(said, {
        response_type: "code",
        client_id: "desk-page",
        redirect_uri: redirectUri,
        scope: "openid profile email",
        state: request.state,
        nonce: request.nonce,
        code_challenge_method: "S256"
      })
      // RFC 7636, section 4.2, by another implementation of SHA-256.
      const verifier = new TextEncoder().encode(Redacted.value(request.codeVerifier))
      const digest = yield* Effect.promise(() => crypto.subtle.digest("SHA-256", verifier))
      assert.strictEqual(challenge, jose.base64url.encode(new Uint8Array(digest)))
    }))

  it.effect("tells who it was, with roles that stand in the access token only", () =>
    Effect.gen(function*() {
      const { account, issuer } = yield* SignInProvider
      account({ sub: "ada-1", email: "ada@far.test", name: "Ada Brandt", roles: ["agent", "singer"] })
      const back = yield* signedIn("ada-1")
      assert.strictEqual(new URL(back).searchParams.get("state"), request.state)
      const { at, ...vouched } = yield* Effect.flatMap((yield* deskSide).redeem(answerIn(back)), Effect.fromOption)
      assert.deepStrictEqual(vouched, {
        issuer,
        subject: "ada-1",
        email: "ada@far.test",
        name: "Ada Brandt",
        roles: ["agent", "singer"]
      })
      assert.isAtMost(DateTime.toEpochMillis(at), DateTime.toEpochMillis(yield* DateTime.now) + 1000)
    }))

  it.effect("says nothing of an address that the provider has not verified", () =>
    Effect.gen(function*() {
      const { account } = yield* SignInProvider
      account({ sub: "chris-1", email: "alex@test.local", emailVerified: false })
      const vouched = yield* (yield* deskSide).redeem(answerIn(yield* signedIn("chris-1")))
      assert.deepStrictEqual(Option.map(vouched, ({ email, name }) => [email, name]), Option.some([null, null]))
    }))

  const answers = {
    "whose code was redeemed before": (desk, answer) => Effect.as(desk.redeem(answer), answer),
    "whose nonce is another": (_desk, answer) => Effect.succeed({ ...answer, nonce: "nonce-2" }),
    "whose verifier is another": (_desk, answer) =>
      Effect.succeed({ ...answer, codeVerifier: Redacted.make("w".repeat(43)) }),
    "whose code is made up": (_desk, answer) => Effect.succeed({ ...answer, code: Redacted.make("made-up") }),
    "that comes from another issuer": (_desk, answer) =>
      Effect.succeed({ ...answer, issuer: "https://elsewhere.test" }),
    "that hides its issuer, where the provider names it": (_desk, answer) => Effect.succeed({ ...answer, issuer: null })
  } satisfies Record<
    string,
    (
      desk: Effect.Success<typeof deskSide>,
      answer: ReturnType<typeof answerIn>
    ) => Effect.Effect<ReturnType<typeof answerIn>, unknown>
  >

  it.effect.each(Object.entries(answers))("is not good with an answer %s", ([, change]) =>
    Effect.gen(function*() {
      const { account } = yield* SignInProvider
      account({ sub: "carla-1" })
      const desk = yield* deskSide
      const answer = yield* change(desk, answerIn(yield* signedIn("carla-1")))
      assert.deepStrictEqual(yield* desk.redeem(answer), Option.none())
    }))

  it.effect("gives tokens of which only the access token passes for one", () =>
    Effect.gen(function*() {
      const { account, issuer } = yield* SignInProvider
      account({ sub: "amir-1" })
      const desk = yield* deskSide
      const answer = answerIn(yield* signedIn("amir-1"))
      const tokens = yield* Effect.promise(async () => {
        const response = await fetch(`${issuer}/token`, {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "authorization_code",
            code: Redacted.value(answer.code),
            redirect_uri: redirectUri,
            client_id: "desk-page",
            code_verifier: Redacted.value(request.codeVerifier)
          })
        })
        return await response.json()
      })
      const of = (name: string) => Redacted.make(String(Object(tokens)[name]))
      assert.strictEqual(subjectOf(yield* desk.verify(of("access_token"))), "amir-1")
      assert.isTrue(desk.isNamedBy(of("id_token")))
      assert.isNull(subjectOf(yield* desk.verify(of("id_token"))))
    }))
})

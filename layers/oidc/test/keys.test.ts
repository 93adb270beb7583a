import { assert, layer } from "@effect/vitest"
import { SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type * as jose from "jose"
import { generateKeyPairSync } from "node:crypto"
import { AtProvider, goodClaims, providerAt, request, signed, subjectOf } from "./fixtures.ts"

/** A token signed just now with the key that the provider has now. */
const token = Effect.gen(function*() {
  const { key } = yield* SignInProvider
  return Redacted.make(yield* signed(yield* goodClaims, key()))
})

const keyRequests = Effect.map(SignInProvider, ({ asked }) => asked().filter((path) => path === "/jwks").length)

/** Each test has a desk that has not asked yet. */
const newDesk = Effect.gen(function*() {
  const { forget, issuer, setUp } = yield* SignInProvider
  setUp(true)
  forget()
  yield* TestClock.adjust("2 hours")
  return yield* providerAt(issuer)
})

layer(AtProvider)("the keys of a provider", (it) => {
  it.effect("are asked for once, by however many come at once", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const good = yield* token
      const all = yield* Effect.forEach(Array.from({ length: 50 }), () => desk.verify(good), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([...new Set(all.map(subjectOf))], ["ada"])
      assert.strictEqual(yield* keyRequests, 1)
    }))

  it.effect("are asked for again when a token names a new one: at once, and then not for half a minute", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { forget, rotate } = yield* SignInProvider
      const old = yield* token
      assert.strictEqual(subjectOf(yield* desk.verify(old)), "ada")
      yield* TestClock.adjust("31 seconds")
      forget()
      rotate(true)
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      assert.strictEqual(subjectOf(yield* desk.verify(old)), "ada")
      assert.strictEqual(yield* keyRequests, 1)

      const { key } = yield* SignInProvider
      const unknown = (kid: string) =>
        Effect.map(Effect.flatMap(goodClaims, (claims) => signed(claims, key(), { kid })), Redacted.make)
      for (let many = 0; many < 200; many++) {
        assert.isNull(subjectOf(yield* desk.verify(yield* unknown(`unknown-${many}`))))
      }
      assert.strictEqual(yield* keyRequests, 1)
      yield* TestClock.adjust("31 seconds")
      for (let many = 0; many < 200; many++) yield* desk.verify(yield* unknown(`unknown-${many}`))
      assert.strictEqual(yield* keyRequests, 2)
    }))

  it.effect("are no good any more when the provider has withdrawn them and was asked, which it is after ten minutes", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { issuer, key, rotate } = yield* SignInProvider
      const withdrawn = key()
      const signedWithIt = Effect.map(Effect.flatMap(goodClaims, (claims) => signed(claims, withdrawn)), Redacted.make)
      assert.strictEqual(subjectOf(yield* desk.verify(yield* signedWithIt)), "ada", issuer)
      rotate(false)
      yield* TestClock.adjust("10 minutes")
      // Whoever comes while it is asked is answered with what is kept; whoever names a new key waits.
      yield* desk.verify(yield* signedWithIt)
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      assert.isNull(subjectOf(yield* desk.verify(yield* signedWithIt)))
    }))

  it.effect("are gone on with for an hour while the provider is away, and asked for twice a minute at most", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { forget, setUp } = yield* SignInProvider
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      setUp(false)
      forget()
      yield* TestClock.adjust("59 minutes")
      for (let many = 0; many < 20; many++) assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      const { asked } = yield* SignInProvider
      assert.isAtMost(asked().length, 2)
      yield* TestClock.adjust("61 seconds")
      const away = yield* Effect.flip(desk.verify(yield* token))
      assert.deepInclude(away, { dependency: "oidc" })
      setUp(true)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
    }))

  it.effect("are gone on with while the provider says nothing: nobody waits but who names a new one, and not for long", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { key, setUp } = yield* SignInProvider
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      setUp("silent")
      yield* TestClock.adjust("11 minutes")
      for (let many = 0; many < 20; many++) assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
      assert.match(yield* desk.authorizationUrl(request), /^http:/)
      const unknown = Redacted.make(yield* signed(yield* goodClaims, key(), { kid: "unknown" }))
      const waits = yield* Effect.forkChild(desk.verify(unknown))
      yield* TestClock.adjust("5 seconds")
      assert.isNull(subjectOf(yield* Fiber.join(waits)))
      assert.strictEqual(subjectOf(yield* desk.verify(yield* token)), "ada")
    }))

  it.effect("are away while the provider is, from the start on, and there 5 seconds after it is", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { setUp } = yield* SignInProvider
      setUp(false)
      assert.deepInclude(yield* Effect.flip(desk.authorizationUrl(request)), { dependency: "oidc" })
      setUp(true)
      assert.deepInclude(yield* Effect.flip(desk.authorizationUrl(request)), { dependency: "oidc" })
      yield* TestClock.adjust("5 seconds")
      assert.match(yield* desk.authorizationUrl(request), /^http:/)
    }))

  it.effect("are all tried for a token that does not name its own", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { forget, key, rotate } = yield* SignInProvider
      const old = key()
      rotate(true)
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })
      const signedWith = (by: jose.JWK) =>
        Effect.flatMap(goodClaims, (claims) => signed(claims, { ...by, alg: "RS256" }, { kid: undefined })).pipe(
          Effect.flatMap((nameless) => desk.verify(Redacted.make(nameless))),
          Effect.map(subjectOf)
        )
      assert.strictEqual(yield* signedWith(key()), "ada")
      assert.strictEqual(yield* signedWith(old), "ada")
      forget()
      assert.isNull(yield* signedWith(stranger))
      assert.strictEqual(yield* keyRequests, 0)
    }))

  it.effect("are not even asked for when a token is of another issuer", () =>
    Effect.gen(function*() {
      const desk = yield* newDesk
      const { asked, key } = yield* SignInProvider
      const other = yield* signed({ ...yield* goodClaims, iss: "https://elsewhere.test" }, key())
      assert.isFalse(desk.isNamedBy(Redacted.make(other)))
      assert.isNull(subjectOf(yield* desk.verify(Redacted.make(other))))
      assert.deepStrictEqual(asked(), [])
    }))
})

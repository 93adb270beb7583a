import { assert } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Effect, Option, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { Suite } from "./Suite.ts"

const ada = {
  userId: UserId.make("0198c7a2-0000-7000-8000-000000000001"),
  sessionId: "0198c7a2-0000-7000-8000-0000000000f1"
}
const amir = {
  userId: UserId.make("0198c7a2-0000-7000-8000-000000000002"),
  sessionId: "0198c7a2-0000-7000-8000-0000000000f2"
}

/** What every `AccessTokens` owes, on a clock that the test moves. */
export const accessTokensContract = (suite: Suite<AccessTokens>): void =>
  suite("an issuer of access tokens", (it) => {
    it.effect("knows whom a token of its own speaks for", () =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        for (const somebody of [ada, amir]) {
          const { expiresIn, token } = yield* tokens.issue(somebody)
          assert.deepStrictEqual([expiresIn, yield* tokens.verify(token)], [900, Option.some(somebody)])
        }
      }))

    it.effect("issues no token twice", () =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        const issued = yield* Effect.forEach([1, 2, 3], () => tokens.issue(ada))
        assert.strictEqual(new Set(issued.map(({ token }) => Redacted.value(token))).size, 3)
      }))

    it.effect("takes a token for as long as it said, and no longer than its clocks may differ", () =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        const { token } = yield* tokens.issue(ada)
        yield* TestClock.adjust("899 seconds")
        assert.deepStrictEqual(yield* tokens.verify(token), Option.some(ada))
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* tokens.verify(token), Option.none())
      }))

    it.effect("shows public keys, and nothing of the private ones", () =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        const keys = yield* tokens.publicKeys
        assert.isAbove(keys.length, 0)
        for (const key of keys) {
          assert.deepStrictEqual(Object.keys(key).toSorted(), ["alg", "crv", "kid", "kty", "use", "x"])
        }
      }))

    it.effect.prop("takes nothing that somebody makes up, and never breaks", { text: Schema.String }, ({ text }) =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        for (const made of [text, `${text}.${text}.${text}`, `${btoa("{}")}.${btoa("{}")}.${btoa("")}`, `..${text}`]) {
          assert.deepStrictEqual(yield* tokens.verify(Redacted.make(made)), Option.none())
        }
      }))
  })

import { assert } from "@effect/vitest"
import type { KeyMaterial } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { Effect, Redacted } from "effect"
import type { Suite } from "./Suite.ts"

const materialOf = (secret: string, publicKey: KeyMaterial["publicKey"] = null): KeyMaterial => ({
  publicKey,
  secret: Redacted.make(secret)
})

/** What every `Keyring` owes. It is asked for its keys on a desk that has none yet. */
export const keyringContract = (suite: Suite<Keyring>): void =>
  suite("a keyring", (it) => {
    it.effect("makes the first key once, however many ask for it at once, and gives all of them the same", () =>
      Effect.gen(function*() {
        const keyring = yield* Keyring
        let made = 0
        const make = Effect.sync(() => materialOf(`secret ${++made}`, { kty: "OKP", x: `public ${made}` }))
        const asked = yield* Effect.forEach(
          Array.from({ length: 12 }),
          () => keyring.keys("access-token", make),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(made, 1)
        for (const [key, ...older] of asked) {
          assert.deepStrictEqual(older, [])
          assert.strictEqual(key.id, asked[0]?.[0].id)
          assert.deepStrictEqual([Redacted.value(key.secret), key.publicKey], ["secret 1", {
            kty: "OKP",
            x: "public 1"
          }])
        }
      }))

    it.effect("keeps the keys of one purpose from those of another, and one without a public half without", () =>
      Effect.gen(function*() {
        const keyring = yield* Keyring
        const secret = `${"é".repeat(200)}\n`
        const [cursor] = yield* keyring.keys("cursor", Effect.succeed(materialOf(secret)))
        const [audit] = yield* keyring.keys("audit", Effect.succeed(materialOf("of the audit")))
        assert.notStrictEqual(cursor.id, audit.id)
        const [again] = yield* keyring.keys("cursor", Effect.die(new Error("there is one already")))
        assert.deepStrictEqual([again.id, Redacted.value(again.secret), again.publicKey], [cursor.id, secret, null])
      }))

    it.effect("keeps the secret out of everything that prints a key", () =>
      Effect.gen(function*() {
        const keyring = yield* Keyring
        const [key] = yield* keyring.keys("audit", Effect.succeed(materialOf("of the audit")))
        assert.notInclude(`${JSON.stringify(key)} ${String(key.secret)}`, Redacted.value(key.secret))
      }))
  })

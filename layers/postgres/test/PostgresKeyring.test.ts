import { assert, layer } from "@effect/vitest"
import type { KeyMaterial, KeyPurpose } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { PostgresKeyring, WrongSecret } from "@opsdesk/postgres/PostgresKeyring"
import { later } from "@opsdesk/testkit/later"
import { Cause, DateTime, Duration, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Operator } from "./fixtures/databases.ts"
import { Here, program, programUrl } from "./fixtures/programs.ts"

/** One program of the desk, with the secret that its operator gave it. */
const programWith = (url: string, secret = "the desk's own secret, long enough") =>
  PostgresKeyring(Redacted.make(secret)).pipe(
    Layer.provideMerge(program(url, 2)),
    Layer.provide(SecureRandom.layerWebCrypto),
    Layer.fresh
  )

const material = (secret: string): KeyMaterial => ({ publicKey: null, secret: Redacted.make(secret) })

const keysIn = (
  program: ReturnType<typeof programWith>,
  purpose: KeyPurpose,
  secret: string
) =>
  Effect.flatMap(Keyring, (keyring) => keyring.keys(purpose, Effect.succeed(material(secret)))).pipe(
    Effect.provide(program),
    Effect.map((keys) => keys.map((key) => ({ id: key.id, secret: Redacted.value(key.secret) })))
  )

layer(Here, { excludeTestServices: true })("a key that is made while somebody's transaction is under way", (it) => {
  it.effect("stays when that transaction is lost: others may have been given it", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const connected = program(url, 2)
      yield* Effect.gen(function*() {
        const keyring = yield* Keyring
        const { atomic } = yield* Transaction
        const given: Array<string> = []
        yield* Effect.flip(atomic(Effect.gen(function*() {
          const [key] = yield* keyring.keys("audit", Effect.succeed(material("made within")))
          given.push(key.id)
          return yield* Effect.fail("lost")
        })))
        const [kept] = yield* keyring.keys("audit", Effect.die(new Error("there is one already")))
        assert.deepStrictEqual(given, [kept.id])
      }).pipe(Effect.provide(
        PostgresKeyring(Redacted.make("the desk's own secret, long enough")).pipe(
          Layer.provideMerge(connected),
          Layer.provide(SecureRandom.layerWebCrypto)
        )
      ))
    }))
})

layer(Here, { excludeTestServices: true })("the keys of a desk", (it) => {
  it.effect("are made by one of many programs that start at once, and the others use them", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const all = yield* Effect.forEach(
        ["a", "b", "c", "d", "e", "f"],
        (who) => keysIn(programWith(url), "access-token", `made by ${who}`),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(all.map((keys) => JSON.stringify(keys))).size, 1)
      assert.match(all[0]?.[0]?.secret ?? "", /^made by [a-f]$/)
      const operator = yield* Operator
      assert.deepStrictEqual(
        yield* operator`select count(*)::int as count from sealed_keys where purpose = 'access-token'`,
        [{ count: 1 }]
      )
      assert.deepStrictEqual(yield* keysIn(programWith(url), "access-token", "made by the next start"), all[0])
    }))

  it.effect("lie in the database sealed: neither readable nor the same twice", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const secret = "what nobody may read"
      yield* keysIn(programWith(url), "cursor", secret)
      yield* keysIn(programWith(url), "audit", secret)
      const operator = yield* Operator
      const rows = yield* operator<{ sealed: Uint8Array; bare: boolean }>`
        select sealed, public_key is null as bare from sealed_keys where purpose in ('cursor', 'audit')`
      assert.deepStrictEqual(rows.map(({ bare, sealed }) => [sealed.length, bare]), [
        [12 + secret.length + 16, true],
        [12 + secret.length + 16, true]
      ])
      const [one, other] = rows.map(({ sealed }) => Buffer.from(sealed))
      assert.isFalse(one?.includes(secret.slice(0, 4)))
      assert.isFalse(one?.subarray(0, 12).equals(other?.subarray(0, 12) ?? one))
      assert.isFalse(one?.subarray(12).equals(other?.subarray(12) ?? one))
    }))

  it.effect("are not opened with another secret, and the operator hears in one line what to set", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const [key] = yield* keysIn(programWith(url), "cursor", "first")
      const refused = yield* keysIn(programWith(url, "not the desk's secret, but long enough"), "cursor", "second")
        .pipe(
          Effect.sandbox,
          Effect.flip
        )
      const error = Cause.squash(refused)
      assert.instanceOf(error, WrongSecret)
      assert.match(error.message, /^OPSDESK_SECRET [^\n]+$/)
      assert.deepStrictEqual(yield* keysIn(programWith(url), "cursor", "third"), [key])
    }))

  it.effect("are not taken for another's: a sealed key that somebody moved to another row opens nothing", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const operator = yield* Operator
      yield* keysIn(programWith(url), "audit", "the audit's")
      yield* keysIn(programWith(url), "cursor", "the cursors'")
      const kept = yield* operator<{ sealed: Uint8Array }>`select sealed from sealed_keys where purpose = 'audit'`
      yield* operator`
        update sealed_keys set sealed = (select sealed from sealed_keys where purpose = 'cursor') where purpose = 'audit'`
      const refused = yield* Effect.flip(Effect.sandbox(keysIn(programWith(url), "audit", "")))
      assert.instanceOf(Cause.squash(refused), WrongSecret)
      yield* operator`update sealed_keys set sealed = ${kept[0]?.sealed} where purpose = 'audit'`
      yield* keysIn(programWith(url), "audit", "")
    }))

  it.effect("are without the one that is retired, and go on with the one before while the newest is new", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const operator = yield* Operator
      const [old] = yield* keysIn(programWith(url), "access-token", "old")
      yield* operator`update sealed_keys set retired_at = now() where id = ${old?.id}`
      const [young, ...none] = yield* keysIn(programWith(url), "access-token", "young")
      assert.deepStrictEqual([young?.secret, none], ["young", []])
      yield* operator`update sealed_keys set retired_at = null`
      assert.deepStrictEqual(yield* keysIn(programWith(url), "access-token", ""), [old, young])
    }))

  it.effect("change without anybody noticing: the new one is shown first, then used, and the old one outlives its use", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const found = (after: Duration.Input) =>
        Effect.map(
          keysIn(programWith(url), "refresh-token", "the old one").pipe(later(after)),
          (keys) => keys.map(({ secret }) => secret)
        )
      const [old = ""] = yield* found("0 seconds")
      const rotation = yield* Effect.gen(function*() {
        const { rotate } = yield* Keyring
        const { atomic } = yield* Transaction
        return yield* atomic(rotate("refresh-token", Effect.succeed(material("the new one")), Duration.minutes(20)))
      }).pipe(Effect.provide(programWith(url)))
      assert.strictEqual(Duration.toMinutes(DateTime.distance(rotation.usedFrom, rotation.othersGoodUntil)), 20)
      assert.deepStrictEqual(yield* found("0 seconds"), [old, "the new one"])
      assert.deepStrictEqual(yield* found("50 seconds"), [old, "the new one"])
      assert.deepStrictEqual(yield* found("70 seconds"), ["the new one", old])
      assert.deepStrictEqual(yield* found("20 minutes"), ["the new one", old])
      assert.deepStrictEqual(yield* found("22 minutes"), ["the new one"])
    }))

  it.effect("stay what they are when the change does not go through", () =>
    Effect.gen(function*() {
      const url = yield* programUrl
      const before = yield* keysIn(programWith(url), "cursor", "the first one")
      yield* Effect.gen(function*() {
        const { rotate } = yield* Keyring
        const { atomic } = yield* Transaction
        const refused = Effect.andThen(
          rotate("cursor", Effect.succeed(material("never seen")), Duration.minutes(20)),
          Effect.fail("refused")
        )
        assert.strictEqual(yield* Effect.flip(atomic(refused)), "refused")
      }).pipe(Effect.provide(programWith(url)))
      assert.deepStrictEqual(yield* keysIn(programWith(url), "cursor", "the old one"), before)
    }))
})

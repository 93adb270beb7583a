import { assert, layer } from "@effect/vitest"
import { CacheGeneration } from "@opsdesk/capabilities/CacheGeneration"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { PostgresCacheGeneration } from "@opsdesk/postgres/PostgresCacheGeneration"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"

const Suite = PostgresCacheGeneration.pipe(Layer.provideMerge(TestStack("migrated")))

layer(Suite, { excludeTestServices: true })("the generation of what is kept", (it) => {
  it.effect("is another from when somebody wants it, and is relied upon from when it is acknowledged", () =>
    Effect.gen(function*() {
      const { acknowledge, current, wantAnother } = yield* CacheGeneration
      const first = yield* current
      assert.strictEqual(first.wanted, first.acknowledged)
      assert.isAbove(first.wantedForMillis, 60_000)
      const all = yield* Effect.all(Array.from({ length: 8 }, () => wantAnother), { concurrency: 8 })
      for (const { acknowledged, wanted, wantedForMillis } of all) {
        assert.deepStrictEqual([wanted, acknowledged], [first.wanted + 1, first.acknowledged])
        assert.isBelow(wantedForMillis, 60_000)
      }
      // Whoever is late acknowledges nothing that is wanted by now, and whoever is early nothing that is not yet.
      for (const number of [first.wanted, first.wanted + 2]) {
        yield* acknowledge(number)
        assert.strictEqual((yield* current).acknowledged, first.acknowledged)
      }
      yield* acknowledge(first.wanted + 1)
      const { acknowledged, desk, wanted } = yield* current
      assert.deepStrictEqual([desk, wanted, acknowledged], [first.desk, first.wanted + 1, first.wanted + 1])
      assert.strictEqual((yield* wantAnother).wanted, first.wanted + 2)
    }))

  it.effect("is told to all at once, whatever becomes of the transaction around", () =>
    Effect.gen(function*() {
      const { acknowledge, current, wantAnother } = yield* CacheGeneration
      const { atomic } = yield* Transaction
      const before = yield* current
      yield* acknowledge(before.wanted)
      yield* Effect.flip(atomic(Effect.andThen(wantAnother, Effect.fail("no" as const))))
      assert.strictEqual((yield* current).wanted, before.wanted + 1)
    }))
})

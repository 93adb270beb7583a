import { assert, describe, it } from "@effect/vitest"
import { CacheGeneration } from "@opsdesk/capabilities/CacheGeneration"
import type { Generation } from "@opsdesk/capabilities/CacheGeneration"
import { Effect, Fiber, Layer, Ref } from "effect"
import { TestClock } from "effect/testing"
import { makeTrust } from "../src/makeTrust.ts"

const agreed: Generation = { desk: "desk", wanted: 1, acknowledged: 1, wantedForMillis: 60_000 }

/** A generation that takes a while to read, and counts how often another was wanted. */
const slowGeneration = Effect.fnUntraced(function*(readMillis: number) {
  const generation = yield* Ref.make(agreed)
  const layer = Layer.succeed(CacheGeneration, {
    current: Effect.tap(Ref.get(generation), () => Effect.sleep(readMillis)),
    wantAnother: Ref.updateAndGet(generation, (now) => ({ ...now, wanted: now.wanted + 1, wantedForMillis: 0 })),
    acknowledge: () => Effect.void
  })
  return { generation, trust: yield* Effect.provide(makeTrust(() => Effect.never), layer) }
})

/** What each of those who ask one after the other, a millisecond apart, is told. */
const toldAll = Effect.fnUntraced(function*(ask: Effect.Effect<string | null>, times: number) {
  const told: Array<string | null> = []
  yield* Effect.forkChild(
    Effect.forEach(
      Array.from({ length: times }),
      () => Effect.tap(ask, (place) => Effect.andThen(Effect.sync(() => told.push(place)), Effect.sleep(1)))
    )
  )
  for (let i = 0; i < times * 2; i++) yield* TestClock.adjust(1)
  return told
})

describe("makeTrust", () => {
  it.effect.each([0, 5, 40, 90])(
    "relies on what is kept all the time, however long reading the generation takes (%i ms)",
    (readMillis) =>
      Effect.gen(function*() {
        const { trust } = yield* slowGeneration(readMillis)
        for (const ask of [trust.toFind, trust.toDrop]) {
          const told = yield* toldAll(ask, 1000)
          assert.isAbove(told.length, 100)
          assert.deepStrictEqual([...new Set(told)], ["desk:1"])
        }
      })
  )

  it.effect("drops by what took longer to read than it may be found by", () =>
    Effect.gen(function*() {
      const { trust } = yield* slowGeneration(300)
      const told = yield* Effect.forkChild(Effect.all([trust.toFind, trust.toDrop], { concurrency: "unbounded" }))
      yield* TestClock.adjust(300)
      assert.deepStrictEqual(yield* Fiber.join(told), [null, "desk:1"])
    }))

  it.effect("finds nothing 200 ms after another generation was wanted", () =>
    Effect.gen(function*() {
      const { generation, trust } = yield* slowGeneration(0)
      assert.strictEqual(yield* trust.toFind, "desk:1")
      yield* Ref.update(generation, (now) => ({ ...now, wanted: 2, wantedForMillis: 0 }))
      yield* TestClock.adjust(200)
      assert.isNull(yield* trust.toFind)
      assert.isNull(yield* trust.toDrop)
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { usualFigures } from "@opsdesk/capabilities/LimitFigures"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { makeBuckets, MemoryRateLimiterStore } from "../src/MemoryRateLimiterStore.ts"

const take = { limit: 4, tokens: 1, refillRate: Duration.seconds(1), allowOverflow: false }

const Limited = RateLimits.layer(usualFigures).pipe(Layer.provide(MemoryRateLimiterStore))

describe("a bucket", () => {
  it.effect("gives what is in it, and one more each time one has come back", () =>
    Effect.gen(function*() {
      const { store } = yield* makeBuckets
      const left = () => Effect.map(store.tokenBucket({ ...take, key: "a" }), ([remaining]) => remaining)
      for (const expected of [3, 2, 1, 0, -1, -1]) assert.strictEqual(yield* left(), expected)
      yield* TestClock.adjust("1500 millis")
      assert.deepStrictEqual(yield* store.tokenBucket({ ...take, key: "a" }), [0, 500])
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* store.tokenBucket({ ...take, key: "a" }), [0, 0])
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* left(), 3)
    }))

  it.effect("that is full again is no longer kept: 100,000 addresses leave no more than those of the last second", () =>
    Effect.gen(function*() {
      const { size, store } = yield* makeBuckets
      let most = 0
      for (let at = 0; at < 100_000; at++) {
        yield* store.tokenBucket({ ...take, key: `address ${at}` })
        if (at % 500 === 499) yield* TestClock.adjust("1 second")
        most = Math.max(most, size())
      }
      assert.isAtMost(most, 2048)
    }))

  it.effect("is dropped when all is given back, and never holds more than it may", () =>
    Effect.gen(function*() {
      const { size, store } = yield* makeBuckets
      yield* store.tokenBucket({ ...take, key: "a" })
      yield* store.tokenBucket({ ...take, key: "a", tokens: -4 })
      assert.strictEqual(size(), 0)
      assert.strictEqual((yield* store.tokenBucket({ ...take, key: "a" }))[0], 3)
    }))
})

it.layer(Limited)("what comes back singly", (it) => {
  it.effect("is never more than so many in any window, however it is spread", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      const granted: Array<number> = []
      for (let minute = 0; minute < 120; minute++) {
        // Little at first, then all at once, so that a window that begins in the middle would hold twice as much.
        const tries = minute === 0 ? 1 : minute < 14 ? 0 : 20
        for (let at = 0; at < tries; at++) {
          if ((yield* limits.take("failedSignIns", "somebody")).granted) granted.push(minute)
        }
        yield* TestClock.adjust("1 minute")
      }
      for (let from = 0; from < 120; from++) {
        assert.isAtMost(granted.filter((minute) => minute >= from && minute < from + 15).length, 10, `from ${from}`)
      }
      assert.isAbove(granted.length, 60)
    }))

  it.effect("is given back alone, or forgotten as a whole", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      const key = "another"
      const [first] = yield* Effect.all(Array.from({ length: 10 }, () => limits.take("failedSignIns", key)))
      assert.isTrue(yield* limits.isSpent("failedSignIns", key))
      const refused = yield* limits.take("failedSignIns", key)
      assert.deepStrictEqual([refused.granted, refused.remaining, refused.seconds], [false, 0, 900])
      if (first !== undefined) yield* first.giveBack
      assert.isFalse(yield* limits.isSpent("failedSignIns", key))
      assert.deepStrictEqual((yield* limits.take("failedSignIns", key)).remaining, 0)
      yield* limits.forget("failedSignIns", key)
      assert.deepStrictEqual((yield* limits.take("failedSignIns", key)).remaining, 9)
    }))

  it.effect("is granted to no more of many at once than there are places", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      const all = yield* Effect.all(
        Array.from({ length: 200 }, () => limits.take("failedSignIns", "many")),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(all.filter(({ granted }) => granted).length, 10)
    }))
})

const failing = RateLimiter.RateLimiterStore.of({
  tokenBucket: () =>
    Effect.fail(
      new RateLimiter.RateLimiterError({ reason: new RateLimiter.RateLimitStoreError({ message: "is away" }) })
    ),
  fixedWindow: () => Effect.die(new Error("unused")),
  adaptiveConsume: () => Effect.die(new Error("unused")),
  adaptiveFeedback: () => Effect.die(new Error("unused"))
})

it.layer(RateLimits.layer(usualFigures).pipe(Layer.provide(Layer.succeed(RateLimiter.RateLimiterStore, failing))))(
  "a store that is away",
  (it) => {
    it.effect("refuses nobody", () =>
      Effect.gen(function*() {
        const limits = yield* RateLimits
        assert.isTrue((yield* limits.take("writes", "somebody")).granted)
        assert.isTrue((yield* limits.take("failedSignIns", "somebody")).granted)
        assert.isFalse(yield* limits.isSpent("knownAddresses", "somebody"))
      }))
  }
)

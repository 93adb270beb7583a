import { assert, layer } from "@effect/vitest"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { MemoryCache } from "@opsdesk/memory/MemoryCache"
import { Prometheus } from "@opsdesk/testkit/metrics"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import {
  asked,
  cacheContract,
  counting,
  something
} from "../../../packages/capabilities/test/contracts/CacheContract.ts"

cacheContract(layer(MemoryCache().pipe(Layer.provide(Prometheus))))

layer(MemoryCache({ mostBytes: 10_000 }).pipe(Layer.provideMerge(Prometheus)))("a cache in memory", (it) => {
  it.effect("keeps nothing for longer than it may, and not all of it equally long", () =>
    Effect.gen(function*() {
      const cache = yield* Cache
      const all = Array.from({ length: 20 }, () => ({ kept: something("ticket"), load: counting() }))
      const found = () =>
        Effect.map(Effect.forEach(all, ({ kept, load }) => asked(cache, kept, load)), (texts) => texts)
      yield* found()
      yield* TestClock.adjust("26 seconds")
      assert.deepStrictEqual(new Set(yield* found()), new Set(["1"]))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(new Set(yield* found()), new Set(["1", "2"]))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(new Set(yield* found()), new Set(["2"]))
    }))

  it.effect("never holds more than so many bytes: what was used longest ago goes first", () =>
    Effect.gen(function*() {
      const cache = yield* Cache
      const bytes = new Uint8Array(3000)
      const [first, second, third, fourth] = Array.from({ length: 4 }, () => something("ticket"))
      assert.isDefined(first)
      let loads = 0
      const get = (kept = first) => cache.getOrLoad(kept, Effect.sync(() => (loads++, bytes)))
      for (const kept of [first, second, third]) yield* get(kept)
      yield* get(first)
      yield* get(fourth)
      assert.strictEqual(loads, 4)
      for (const kept of [first, third, fourth]) yield* get(kept)
      assert.strictEqual(loads, 4)
      yield* get(second)
      assert.strictEqual(loads, 5)
    }))

  it.effect("does not keep what would leave no room for anything else", () =>
    Effect.gen(function*() {
      const cache = yield* Cache
      const small = something("ticket")
      yield* asked(cache, small, counting())
      const big = something("ticket")
      let loads = 0
      for (const _ of [1, 2]) yield* cache.getOrLoad(big, Effect.sync(() => (loads++, new Uint8Array(20_000))))
      assert.strictEqual(loads, 2)
      yield* cache.getOrLoad(small, Effect.die(new Error("it was not kept")))
    }))

  it.effect("tells what it found and what it did not", () =>
    Effect.gen(function*() {
      const cache = yield* Cache
      const metrics = yield* Metrics
      const kept = { ...something("ticket"), cache: "tickets" as const }
      for (const _ of [1, 2, 3]) yield* asked(cache, kept, counting())
      const { body } = yield* metrics.exposition
      assert.include(body, "opsdesk_cache_requests_total{cache=\"tickets\",result=\"hit\"} 2")
      assert.include(body, "opsdesk_cache_requests_total{cache=\"tickets\",result=\"miss\"} 1")
    }))
})

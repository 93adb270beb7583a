import { assert, describe, it, layer } from "@effect/vitest"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import type { RedisCacheOptions } from "@opsdesk/redis/RedisCache"
import { RedisCache } from "@opsdesk/redis/RedisCache"
import { Prometheus } from "@opsdesk/testkit/metrics"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Context, Deferred, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import {
  asked,
  cacheContract,
  counting,
  something
} from "../../../packages/capabilities/test/contracts/CacheContract.ts"
import { Agreement } from "./fixtures/Agreement.ts"

const aPrefix = Effect.map(
  SecureRandom.SecureRandom.use((random) => random.uuidV4()),
  (id) => `opsdesk-test-${id}:`
).pipe(Effect.provide(SecureRandom.layerWebCrypto))

const instance = (url: string, prefix: string, more: Pick<RedisCacheOptions, "patienceMillis"> = {}) =>
  RedisCache({ url: Redacted.make(url), prefix, ...more }).pipe(
    Layer.provide(SecureRandom.layerWebCrypto),
    Layer.provideMerge(Layer.fresh(Prometheus)),
    Layer.fresh
  )

/** Once the line is up: an instance that is just starting keeps nothing yet. */
const untilItKeeps = (cache: Cache["Service"]) =>
  Effect.gen(function*() {
    const load = counting()
    const kept = something("warm")
    const times = yield* Effect.all([asked(cache, kept, load), asked(cache, kept, load)])
    return times[0] === times[1]
  }).pipe(Effect.repeat({ until: (keeps) => keeps, schedule: Schedule.spaced("20 millis") }))

const started = Effect.fnUntraced(function*(...where: Parameters<typeof instance>) {
  const context = yield* Layer.build(instance(...where))
  const cache = Context.get(context, Cache)
  yield* untilItKeeps(cache)
  return { cache, metrics: Context.get(context, Metrics) }
})

/** Two instances of a desk, the first of them along a way that can be lost. */
const two = Effect.fnUntraced(function*(redis: string, more: Pick<RedisCacheOptions, "patienceMillis"> = {}) {
  const prefix = yield* aPrefix
  const { url, way } = yield* wayToUrl(redis, 6379)
  const here = yield* started(url, prefix, more)
  const there = yield* started(redis, prefix, more)
  return { here, there, way, url, prefix }
})

const Desk = Layer.merge(Agreement("desk"), Quiet)

const OnRedis = (url: string) =>
  Layer.unwrap(Effect.map(aPrefix, (prefix) => instance(url, prefix))).pipe(
    Layer.tap((context) => untilItKeeps(Context.get(context, Cache))),
    Layer.provide(Desk)
  )

whenReachable("redis", (redis) => {
  cacheContract(layer(OnRedis(redis), { excludeTestServices: true }))

  describe("instances that share a cache", () => {
    it.live("find what the others keep, and none of what they have dropped", () =>
      Effect.gen(function*() {
        const { here, there } = yield* two(redis)
        const kept = something("ticket one")
        const load = counting()
        assert.strictEqual(yield* asked(here.cache, kept, load), "1")
        assert.strictEqual(yield* asked(there.cache, kept, load), "1")
        yield* there.cache.drop(["ticket one"])
        assert.strictEqual(yield* asked(here.cache, kept, load), "2")
      }).pipe(Effect.provide(Layer.fresh(Desk)), Effect.scoped))

    it.live("make once what they want at the same time", () =>
      Effect.gen(function*() {
        // As patient as a busy machine may ask for.
        const { here, there } = yield* two(redis, { patienceMillis: 20_000 })
        const together = Effect.fnUntraced(function*(at: number) {
          const kept = something(`ticket ${at}`)
          const begun = yield* Deferred.make<void>()
          const goOn = yield* Deferred.make<void>()
          const made = (by: string) => Effect.succeed(new TextEncoder().encode(by))
          const load = Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(goOn)).pipe(
            Effect.andThen(made("here"))
          )
          const first = yield* Effect.forkChild(asked(here.cache, kept, load))
          yield* Deferred.await(begun)
          const second = yield* Effect.forkChild(asked(there.cache, kept, made("there")))
          yield* Effect.yieldNow
          yield* Deferred.succeed(goOn, undefined)
          return [yield* Fiber.join(first), yield* Fiber.join(second)]
        })
        // Whom Redis keeps waiting for a tenth of a second makes it without: on a busy machine not each time goes well.
        const times = yield* Effect.forEach([1, 2, 3, 4, 5], together)
        assert.deepInclude(times, ["here", "here"])
      }).pipe(Effect.provide(Layer.fresh(Desk)), Effect.scoped))

    it.live("wait for nobody who does not come back", () =>
      Effect.gen(function*() {
        const { here, there } = yield* two(redis)
        const never = something("ticket two")
        const stuckBegan = yield* Deferred.make<void>()
        yield* Effect.forkChild(
          asked(here.cache, never, Effect.andThen(Deferred.succeed(stuckBegan, undefined), Effect.never))
        )
        yield* Deferred.await(stuckBegan)
        assert.strictEqual(yield* asked(there.cache, never, counting()), "1")
      }).pipe(Effect.provide(Layer.fresh(Desk)), Effect.scoped))

    for (const how of ["cut", "frozen"] as const) {
      it.live(
        `find nothing of before once one of them could not drop it, its line being ${how}; and keep again`,
        () =>
          Effect.gen(function*() {
            const { here, there, way } = yield* two(redis)
            const kept = something("ticket one")
            const load = counting()
            assert.strictEqual(yield* asked(there.cache, kept, load), "1")
            assert.strictEqual(yield* asked(here.cache, kept, load), "1")
            if (how === "frozen") way.fallSilent()
            else {
              // Where it now leads nobody listens.
              way.leadTo(1)
              way.cut()
            }
            // Whoever cannot reach Redis answers nevertheless.
            assert.strictEqual(yield* asked(here.cache, kept, load), "2")
            yield* here.cache.drop(["ticket one"])
            assert.strictEqual(yield* asked(there.cache, kept, load), "3")
            assert.strictEqual(yield* asked(here.cache, kept, load), "4")
            const { body } = yield* here.metrics.exposition
            assert.match(body, /cache="lists",result="error"\} \d/)
            way.leadTo(Number(new URL(redis).port || 6379))
            way.speakAgain()
            if (how === "frozen") way.cut()
            yield* untilItKeeps(here.cache)
            yield* untilItKeeps(there.cache)
            const now = yield* asked(here.cache, kept, load)
            assert.strictEqual(yield* asked(there.cache, kept, load), now)
            assert.isAbove(Number(now), 4)
          }).pipe(Effect.provide(Layer.fresh(Desk)), Effect.scoped),
        20_000
      )
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import { usualFigures } from "@opsdesk/capabilities/LimitFigures"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { RedisRateLimiterStore } from "@opsdesk/redis/RedisRateLimiterStore"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { RateLimiter } from "effect/persistence"
import { Agreement } from "./fixtures/Agreement.ts"

const aPrefix = Effect.map(
  SecureRandom.SecureRandom.use((random) => random.uuidV4()),
  (id) => `opsdesk-test-${id}:`
).pipe(Effect.provide(SecureRandom.layerWebCrypto))

const instance = (url: string, prefix: string, desk = "desk") =>
  Layer.build(
    RateLimits.layer(usualFigures).pipe(
      Layer.provide(RedisRateLimiterStore({ url: Redacted.make(url), prefix })),
      Layer.provide([RateLimiter.layerStoreMemory, Agreement(desk)]),
      Layer.fresh
    )
  ).pipe(Effect.map((context) => Context.get(context, RateLimits)))

const grantedOf = (limits: RateLimits["Service"], times: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: times }), () => limits.take("failedSignIns", "somebody")),
    (taken) => taken.filter(({ granted }) => granted).length
  )

whenReachable("redis", (redis) =>
  describe("instances that share their counts", () => {
    it.live("grant together no more than one would, give back to each other and forget for each other", () =>
      Effect.gen(function*() {
        const prefix = yield* aPrefix
        const here = yield* instance(redis, prefix)
        const there = yield* instance(redis, prefix)
        assert.strictEqual(yield* grantedOf(here, 6), 6)
        const taken = yield* there.take("failedSignIns", "somebody")
        assert.deepStrictEqual([taken.granted, taken.remaining], [true, 3])
        assert.strictEqual(yield* grantedOf(there, 6), 3)
        assert.isTrue(yield* here.isSpent("failedSignIns", "somebody"))
        yield* taken.giveBack
        assert.isFalse(yield* here.isSpent("failedSignIns", "somebody"))
        assert.strictEqual(yield* grantedOf(here, 2), 1)
        yield* there.forget("failedSignIns", "somebody")
        assert.strictEqual(yield* grantedOf(here, 12), 10)
      }).pipe(Effect.provide(Quiet), Effect.scoped))

    it.live("count apart from those of another desk on the same Redis", () =>
      Effect.gen(function*() {
        const prefix = yield* aPrefix
        const here = yield* instance(redis, prefix)
        const elsewhere = yield* instance(redis, prefix, "another desk")
        assert.strictEqual(yield* grantedOf(here, 12), 10)
        assert.strictEqual(yield* grantedOf(elsewhere, 12), 10)
      }).pipe(Effect.provide(Quiet), Effect.scoped))

    for (const how of ["cut", "frozen"] as const) {
      it.live(`count each by itself while Redis is away, the line being ${how}`, () =>
        Effect.gen(function*() {
          const prefix = yield* aPrefix
          const { url, way } = yield* wayToUrl(redis, 6379)
          const here = yield* instance(url, prefix)
          assert.strictEqual(yield* grantedOf(here, 10), 10)
          if (how === "frozen") way.fallSilent()
          else {
            way.leadTo(1)
            way.cut()
          }
          assert.strictEqual(yield* grantedOf(here, 12), 10)
        }).pipe(Effect.provide(Quiet), Effect.scoped))
    }
  }))

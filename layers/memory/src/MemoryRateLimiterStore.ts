import { Clock, Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"

interface Bucket {
  tokens: number
  /** Since when the next token is on its way; milliseconds of the monotonic clock, as `fullAt`. */
  since: number
  /** From then on the bucket is as good as none. */
  fullAt: number
}

/** Below so many buckets nobody looks for full ones. */
const few = 1024

/**
 * Effect's limiter with its counts in this process, gone with it. Effect's own store keeps every bucket for ever; here
 * those that are full again are dropped, as a full bucket and none are the same: when twice as many have come together as
 * the last look left over, so that looking costs each request next to nothing.
 */
export const makeBuckets = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const buckets = new Map<string, Bucket>()
  let lookAt = few
  const now = () => Number(clock.monotonicTimeNanosUnsafe() / 1000n) / 1000

  const dropFull = (at: number) => {
    for (const [key, { fullAt }] of buckets) if (fullAt <= at) buckets.delete(key)
    lookAt = Math.max(few, buckets.size * 2)
  }

  const unused = () => Effect.die(new Error("the desk limits by token buckets only"))

  const store = RateLimiter.RateLimiterStore.of({
    tokenBucket: ({ allowOverflow, key, limit, refillRate, tokens }) =>
      Effect.sync(() => {
        const at = now()
        const each = Duration.toMillis(refillRate)
        const kept = buckets.get(key)
        let { since, tokens: current } = kept ?? { tokens: limit, since: at }
        const back = Math.floor((at - since) / each)
        if (back > 0) {
          current = Math.min(current + back, limit)
          since += back * each
        }
        if (current >= limit) since = at
        const next = current - tokens
        const stored = next >= 0 || allowOverflow ? next : current
        if (stored >= limit) buckets.delete(key)
        else {
          buckets.set(key, { tokens: stored, since, fullAt: since + Math.ceil(limit - stored) * each })
          if (kept === undefined && buckets.size >= lookAt) dropFull(at)
        }
        return [next, at - since] as const
      }),
    fixedWindow: unused,
    adaptiveConsume: unused,
    adaptiveFeedback: unused
  })
  return { store, size: () => buckets.size }
})

export const MemoryRateLimiterStore = Layer.effect(
  RateLimiter.RateLimiterStore,
  Effect.map(makeBuckets, ({ store }) => store)
)

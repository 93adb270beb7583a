import type { Redacted } from "effect"
import { Effect, Layer } from "effect"
import { RateLimiter, Redis } from "effect/persistence"
import { clientOf, connect, makeBreaker, onTheWay } from "./impatient.ts"
import { onceForDesk } from "./onceForDesk.ts"

export interface RedisRateLimiterStoreOptions {
  readonly url: Redacted.Redacted<string>
  /** Before the names of all keys, as others may share a Redis. */
  readonly prefix?: string
}

const unused = Effect.die(new Error("the limits send commands only"))

const line = (url: Redacted.Redacted<string>) =>
  Effect.gen(function*() {
    const client = yield* clientOf(url, onTheWay)
    yield* Effect.ignore(connect(client))
    return yield* Redis.make({
      // Redis answers each command with what it answers; who sends it says what that is.
      send: <A>(command: string, ...args: ReadonlyArray<string>) =>
        Effect.tryPromise({
          try: () => client.call(command, ...args) as Promise<A>,
          catch: (cause) => new Redis.RedisError({ cause })
        }),
      subscribe: () => unused,
      connect: unused
    })
  })

/**
 * The counts of the limits in Redis, where all instances of a desk count together. While Redis is away, or the desk's name
 * is not known, each counts by itself, in the store that it is given, so that nobody is refused or let in for that alone.
 */
export const RedisRateLimiterStore = ({ prefix = "opsdesk:", url }: RedisRateLimiterStoreOptions) =>
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.gen(function*() {
      const alone = yield* RateLimiter.RateLimiterStore
      const whileItAnswers = yield* makeBreaker()
      const redis = yield* line(url)
      const together = yield* onceForDesk((desk) =>
        Effect.provideService(RateLimiter.makeStoreRedis({ prefix: `${prefix}limit:${desk}:` }), Redis.Redis, redis)
      )
      return RateLimiter.RateLimiterStore.of({
        ...alone,
        tokenBucket: (options) =>
          together.pipe(
            Effect.flatMap((store) => whileItAnswers(store.tokenBucket(options))),
            Effect.catch(() => alone.tokenBucket(options))
          )
      })
    })
  )

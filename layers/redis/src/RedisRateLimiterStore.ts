import type { Redacted } from "effect"
import { Effect, Layer } from "effect"
import { CircuitBreaker, RateLimiter, Redis } from "effect/persistence"
import { clientOf, connect } from "./impatient.ts"

export interface RedisRateLimiterStoreOptions {
  readonly url: Redacted.Redacted<string>
  /** Before the names of all keys, so that several desks can share a Redis. */
  readonly prefix?: string
}

const impatience = {
  commandTimeout: 100,
  socketTimeout: 2000,
  retryStrategy: (tries: number) => Math.min(50 * tries, 500)
}

const unused = Effect.die(new Error("the limits send commands only"))

const lines = (url: Redacted.Redacted<string>) =>
  Effect.gen(function*() {
    const client = yield* clientOf(url, impatience)
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
 * The counts of the limits in Redis, where all instances of a desk count together. While Redis is away each counts by
 * itself, in the store that it is given, so that nobody is refused or let in for that alone.
 */
export const RedisRateLimiterStore = ({ prefix = "opsdesk:", url }: RedisRateLimiterStoreOptions) =>
  Layer.effect(
    RateLimiter.RateLimiterStore,
    Effect.gen(function*() {
      const alone = yield* RateLimiter.RateLimiterStore
      const breaker = yield* CircuitBreaker.make({
        tripPolicy: CircuitBreaker.consecutive(3),
        openDuration: "500 millis"
      })
      const together = yield* RateLimiter.makeStoreRedis({ prefix: `${prefix}limit:` }).pipe(
        Effect.provideServiceEffect(Redis.Redis, lines(url))
      )
      return RateLimiter.RateLimiterStore.of({
        ...alone,
        tokenBucket: (options) =>
          breaker.execute(together.tokenBucket(options), { key: "redis" }).pipe(
            Effect.catch(() => alone.tokenBucket(options))
          )
      })
    })
  ).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

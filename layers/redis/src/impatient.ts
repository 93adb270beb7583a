import { Effect, Redacted } from "effect"
import { CircuitBreaker } from "effect/persistence"
import type { RedisOptions } from "ioredis"
import { Redis } from "ioredis"

/**
 * What a lost line must not do: keep commands for later, send them twice, or leave somebody waiting. Who is away is said
 * at once, and asked again by whoever still wants to know.
 */
export const impatient = {
  lazyConnect: true,
  connectTimeout: 2000,
  commandTimeout: 1000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false
} satisfies RedisOptions

export const connect = (client: Redis) => Effect.tryPromise(() => client.connect())

export interface ClientOptions {
  /** Whether what is asked in one turn of the loop goes out in one write. */
  readonly enableAutoPipelining?: boolean
  readonly commandTimeout?: number
  readonly socketTimeout?: number
  /** After how many milliseconds a lost line is taken up again, or null for never. */
  readonly retryStrategy: (tries: number) => number | null
}

/** For what is asked on the way to an answer: what Redis says later than this is slower than doing without. */
export const onTheWay = {
  commandTimeout: 100,
  socketTimeout: 2000,
  retryStrategy: (tries: number) => Math.min(50 * tries, 500)
} satisfies ClientOptions

/** After a few failures in a row nobody asks for a moment. */
export const makeBreaker = CircuitBreaker.make({
  tripPolicy: CircuitBreaker.consecutive(3),
  openDuration: "500 millis"
})

/** A client for as long as the scope lives. */
export const clientOf = (url: Redacted.Redacted<string>, options: ClientOptions) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const client = new Redis(Redacted.value(url), { ...impatient, ...options })
      // Without a listener an error would end the process; what it means is said by whatever failed for it.
      client.on("error", () => {})
      return client
    }),
    (client) => Effect.sync(() => client.disconnect())
  )

import { Clock, Data, Effect, Exit, Redacted } from "effect"
import type { Redis, RedisOptions } from "ioredis"
import { TurnWise } from "./TurnWise.ts"

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

/** Nobody was asked, as Redis has not answered of late. */
export class NotAsked extends Data.TaggedError("NotAsked") {}

/** So many failures in a row mean that nobody asks for a moment; then one does, each such moment, until it is answered. */
const mostFailures = 3
const pauseMillis = 500

/**
 * Runs commands while Redis answers them. Effect's `CircuitBreaker` does the same in some fifty operations a command, which
 * were an eighth of an answer that is kept; this is for one server in one process, and costs few.
 */
export const makeBreaker = (changed: (answers: boolean) => Effect.Effect<void> = () => Effect.void) =>
  Effect.map(Clock.Clock, (clock) => {
    let failures = 0
    let pausedUntil = 0
    const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

    const ended = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => {
      const before = failures
      if (Exit.isSuccess(exit)) {
        failures = 0
        return before < mostFailures ? Effect.void : changed(true)
      }
      // Whoever has given up waiting says nothing about Redis.
      if (Exit.hasInterrupts(exit)) return Effect.void
      failures += 1
      if (failures >= mostFailures) pausedUntil = now() + pauseMillis
      return failures === mostFailures ? changed(false) : Effect.void
    }

    return <A, E, R>(command: Effect.Effect<A, E, R>): Effect.Effect<A, E | NotAsked, R> =>
      Effect.suspend((): Effect.Effect<A, E | NotAsked, R> => {
        if (failures >= mostFailures) {
          if (now() < pausedUntil) return new NotAsked()
          pausedUntil = now() + pauseMillis
        }
        return Effect.onExit(command, ended)
      })
  })

/** A client for as long as the scope lives. */
export const clientOf = (url: Redacted.Redacted<string>, options: ClientOptions) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const client = new TurnWise(Redacted.value(url), { ...impatient, ...options })
      // Without a listener an error would end the process; what it means is said by whatever failed for it.
      client.on("error", () => {})
      return client
    }),
    (client) => Effect.sync(() => client.disconnect())
  )

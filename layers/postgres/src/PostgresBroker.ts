import type { DeadLetter, Delivery, Outgoing, Queue, Settlement } from "@opsdesk/capabilities/Broker"
import { Broker, deadName, delayNames, handedOutAtMost, Unroutable } from "@opsdesk/capabilities/Broker"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Array, Clock, Duration, Effect, Layer, Random } from "effect"
import { makeRounds } from "./queueRounds.ts"
import type { Moved, Taken } from "./queueStatements.ts"

export interface PostgresBrokerOptions {
  /** How long messages stay with a consumer that is not heard of any more; it is heard of three times as often. */
  readonly lease?: Duration.Input
}

/** What one statement publishes at most. */
const publishedAtOnce = 500

/** How often a consumer that has its hands full looks for messages whose delay is over. */
const bringsBackEach = Duration.millis(250)

/** Never before its time, and up to a tenth later, so that what failed together does not come back together. */
const jittered = (delay: Duration.Duration) =>
  Effect.map(Random.nextBetween(1, 1.1), (factor) => Math.round(Duration.toMillis(delay) * factor))

const deliveryOf = ({ body, handedOut, id, retries, type }: Taken): Delivery => ({
  id,
  type,
  body,
  retries,
  redelivered: handedOut > 1
})

const letterOf = (row: Taken): DeadLetter => ({ ...deliveryOf(row), error: row.error })

const isWornOut = ({ handedOut }: Taken) => handedOut > handedOutAtMost

const moveOf = Effect.fnUntraced(function*(queue: Queue, position: number, settlement: Settlement) {
  if (settlement._tag === "Done") return []
  const { error } = settlement
  if (settlement._tag === "Dead") return [{ position, to: deadName(queue), delay: null, error }]
  const step = Math.min(settlement.step, queue.delays.length - 1)
  const delay = yield* jittered(queue.delays[step] ?? Duration.zero)
  return [{ position, to: delayNames(queue)[step] ?? queue.name, delay, error }]
})

/**
 * Queues in PostgreSQL (`0016_queue.sql`). A consumer takes the first messages that nobody has (SKIP LOCKED) under a
 * lease on the server's clock, renews it while it handles them, and settles them by the lease's token. A chunk costs two
 * statements, whatever its size, and one more each third of a lease. Publishing inside a transaction is part of it.
 */
export const PostgresBroker = (options: PostgresBrokerOptions = {}) =>
  Layer.effect(
    Broker,
    Effect.gen(function*() {
      const { reading } = yield* Transaction
      const lease = Duration.fromInputUnsafe(options.lease ?? "30 seconds")
      const { ring, round, rounds, statements } = yield* makeRounds(lease)

      /** The server is away, and that is logged: there is nothing to take. */
      const orNone = (look: Effect.Effect<number, DependencyUnavailable>) =>
        Effect.catchTag(look, "DependencyUnavailable", () => Effect.succeed(0))

      const bringBack = Effect.fnUntraced(function*(queue: Queue, last: { at: number }) {
        const now = yield* Clock.currentTimeMillis
        if (Math.abs(now - last.at) < Duration.toMillis(bringsBackEach)) return
        last.at = now
        yield* reading(statements.bringBack(queue))
      })

      const consume: Broker["Service"]["consume"] = (queue, handle) => {
        const last = { at: 0 }
        const work = Effect.fnUntraced(function*(taken: ReadonlyArray<Taken>) {
          const given = taken.filter((row) => !isWornOut(row))
          const settlements = given.length === 0 ? [] : yield* handle(given.map(deliveryOf))
          if (settlements.length !== given.length) {
            return yield* Effect.die(new Error(`${settlements.length} settlements for ${given.length} deliveries`))
          }
          const moves = yield* Effect.forEach(Array.zip(given, settlements), ([{ position }, settlement]) =>
            moveOf(queue, position, settlement))
          const wornOut = taken.filter(isWornOut).map(({ position }): Moved => ({
            position,
            to: deadName(queue),
            delay: null,
            error: `handed out ${handedOutAtMost} times and never settled`
          }))
          return [...moves.flat(), ...wornOut]
        })
        return rounds(
          Effect.andThen(bringBack(queue, last), round(queue.name, queue.prefetch, work)).pipe(orNone)
        )
      }

      return Broker.of({
        declare: (queues) =>
          Effect.asVoid(reading(statements.declare(queues))),
        publish: Effect.fnUntraced(function*(messages: ReadonlyArray<Outgoing>) {
          const nowhere = yield* Effect.forEach(
            Array.chunksOf(messages, publishedAtOnce),
            (chunk) => reading(statements.publish(chunk))
          ).pipe(Effect.ensuring(ring))
          const ids = nowhere.flat().map(({ id }) => id)
          if (ids.length > 0) return yield* new Unroutable({ ids })
        }),
        consume,
        consumeDead: (queue, keep) =>
          rounds(orNone(
            round(deadName(queue), queue.prefetch, (taken) => Effect.as(keep(taken.map(letterOf)), []))
          )),
        depths: (queues) => reading(statements.depths(queues))
      })
    })
  )

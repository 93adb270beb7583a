import type { Queue } from "@opsdesk/capabilities/Broker"
import { reached } from "@opsdesk/capabilities/Failpoints"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { aboutEvent } from "@opsdesk/kernel/aboutEvent"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Cause, Clock, Context, Data, Duration, Effect, Exit, Layer, Semaphore } from "effect"
import { acting } from "./acting.ts"
import { admit } from "./admission.ts"
import { causeInWords } from "./causeInWords.ts"
import type { Consumer } from "./Consumer.ts"
import { DeadLetterStore } from "./DeadLetterStore.ts"
import { encodeEvent } from "./envelope.ts"
import { InboxStore } from "./InboxStore.ts"
import { typePattern } from "./topology.ts"

/** What became of one try to act on an event. */
export type Outcome =
  | { readonly _tag: "Settled" }
  /** It had been dealt with before, or will be without this delivery. */
  | { readonly _tag: "Absorbed" }
  /** It waits in the inbox for an earlier event of its ticket. */
  | { readonly _tag: "Parked" }
  | { readonly _tag: "Failed"; readonly step: number; readonly error: string }
  | { readonly _tag: "Buried"; readonly error: string }

/** Somebody else was quicker with one of the events: nothing of the batch is kept, and each is looked at anew. */
class Overtaken extends Data.TaggedError("Overtaken") {}

const settled: Outcome = { _tag: "Settled" }
const absorbed: Outcome = { _tag: "Absorbed" }
const parked: Outcome = { _tag: "Parked" }

/** Wakes nobody for less, and never holds up a queue for more. */
const readyAtOnce = 50

/**
 * Has events take effect once at a consumer, in the order of each ticket. What the inbox notes of an event commits with
 * what the consumer did about it.
 */
export class Inbox extends Context.Service<Inbox>()("@opsdesk/events/Inbox", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* InboxStore
    const letters = yield* DeadLetterStore
    const metrics = yield* Metrics
    // Of whichever consumer: a try that was counted and ended with the process is laid to the event that was being tried.
    const alone = yield* Semaphore.make(1)

    const of = <E, R>(consumer: Consumer<E, R>, queue: Queue) => {
      const owner = { name: consumer.name, pattern: typePattern(consumer.types) }
      const tries = queue.delays.length + 1

      /** Events that have come for the first time, in one transaction; fails when one of them does. */
      const together = (events: ReadonlyArray<EventEnvelope>) =>
        atomic(Effect.gen(function*() {
          const found = admit(events, yield* store.look(owner, events.map(({ id }) => id)))
          const asked = found.fresh.length + found.parked.length
          if (asked > 0 && (yield* store.begin(owner, found.fresh, found.parked)) < asked) return yield* new Overtaken()
          if (found.fresh.length > 0) {
            yield* acting(consumer.name, found.fresh)(consumer.run(found.fresh))
            yield* reached("after-effect-before-commit")
          }
          return found
        }))

      const bury = Effect.fnUntraced(function*(event: EventEnvelope, attempts: number, error: string) {
        const tried = yield* store.bury(owner, event, attempts, error)
        if (tried === null) return absorbed
        yield* letters.keep({
          queue: queue.name,
          eventId: event.id,
          type: event.type,
          attempts: tried,
          error,
          body: encodeEvent(event)
        })
        const outcome: Outcome = { _tag: "Buried", error }
        return outcome
      })

      /** Whoever looks after the desk hears of what went wrong. */
      const tell = (event: EventEnvelope) => (outcome: Outcome) => {
        switch (outcome._tag) {
          case "Failed":
            return Effect.logWarning(
              `${queue.name} could not act on ${event.type}, try ${outcome.step + 1} of ${tries}: ${outcome.error}`
            )
          case "Buried":
            return Effect.logError(`${queue.name} gave up ${event.type}: ${outcome.error}`)
          default:
            return Effect.void
        }
      }

      const delayOf = (attempt: number) =>
        queue.delays[Math.min(attempt, queue.delays.length) - 1] ?? Duration.seconds(1)

      /** Counts a try before it is made, so that an event which ends the process is given up too, in the end. */
      const begin = (event: EventEnvelope, isParked: boolean) =>
        atomic(Effect.gen(function*() {
          const [standing] = yield* store.look(owner, [event.id])
          if (standing === undefined) return yield* bury(event, 1, "no event of this desk has its id")
          const { attempts, clear, state } = standing
          if (state === "settled" || state === "dead" || (state === "parked") !== isParked) return absorbed
          if (!clear && state === null) {
            return (yield* store.begin(owner, [], [event])) === 1 ? parked : absorbed
          }
          if (attempts >= tries) {
            return yield* bury(event, attempts, "each try ended before it could be told why: the process died")
          }
          yield* store.count(owner, event, delayOf(attempts + 1))
          return attempts + 1
        }))

      const failed = (event: EventEnvelope, attempt: number, cause: Cause.Cause<unknown>) =>
        atomic(Effect.gen(function*() {
          const error = causeInWords(cause)
          metrics.jobsEnded(queue.name, "failed", 1)
          if (attempt >= tries) return yield* bury(event, attempt, error)
          yield* store.noteError(owner, event.id, error)
          const outcome: Outcome = { _tag: "Failed", step: attempt - 1, error }
          return outcome
        }))

      const tried = Effect.fnUntraced(function*(event: EventEnvelope, isParked: boolean) {
        const begun = yield* begin(event, isParked)
        if (typeof begun !== "number") return begun
        yield* reached("after-count-before-effect")
        const exit = yield* Effect.exit(atomic(Effect.gen(function*() {
          if (!(yield* store.settle(owner, event.id))) return absorbed
          yield* acting(consumer.name, [event])(consumer.run([event]))
          yield* reached("after-effect-before-commit")
          return settled
        })))
        if (Exit.isSuccess(exit)) return exit.value
        if (Cause.hasInterrupts(exit.cause)) return yield* Effect.interrupt
        return yield* failed(event, begun, exit.cause)
      })

      /** One event, in a transaction of its own, one at a time. */
      const single = (event: EventEnvelope, isParked = false) =>
        tried(event, isParked).pipe(Effect.tap(tell(event)), aboutEvent(event), alone.withPermits(1))

      /** What waited for what has just been dealt with, until nothing is ready any more. */
      const followers = Effect.fnUntraced(function*(tickets: ReadonlyArray<string> | null) {
        let done = 0
        for (;;) {
          const events = yield* reading(store.ready(owner, tickets, readyAtOnce))
          if (events.length === 0) return done
          for (const event of events) {
            const started = yield* Clock.monotonicTimeNanos
            const outcome = yield* single(event, true)
            const seconds = Number((yield* Clock.monotonicTimeNanos) - started) / 1e9
            done++
            if (outcome._tag === "Settled") metrics.jobsEnded(queue.name, "processed", 1, seconds)
            if (outcome._tag === "Failed") metrics.jobsEnded(queue.name, "retried", 1, seconds)
            if (outcome._tag === "Buried") metrics.jobsEnded(queue.name, "dead", 1, seconds)
          }
        }
      })

      /** For a message that the broker gave up: what it was about is dead to this consumer too. */
      const buryAsTold = (event: EventEnvelope, attempts: number, error: string) =>
        atomic(Effect.gen(function*() {
          const [standing] = yield* store.look(owner, [event.id])
          return yield* bury(event, Math.max(attempts, standing?.attempts ?? 0), error)
        })).pipe(Effect.tap(tell(event)), aboutEvent(event))

      return { together, single, followers, buryAsTold }
    }

    return { of }
  })
}) {
  static readonly layer = Layer.effect(Inbox, Inbox.make).pipe(
    Layer.provide([InboxStore.layer, DeadLetterStore.layer])
  )
}

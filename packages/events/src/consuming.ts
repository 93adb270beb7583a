import type { Delivery, Queue, Settlement } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { reached } from "@opsdesk/capabilities/Failpoints"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Cause, Clock, Effect, Exit, Result } from "effect"
import type { Consumer } from "./Consumer.ts"
import { DeadLetterStore } from "./DeadLetterStore.ts"
import { decodeEvent } from "./envelope.ts"
import type { Outcome } from "./Inbox.ts"
import { Inbox } from "./Inbox.ts"
import { typePattern } from "./topology.ts"

const done: Settlement = { _tag: "Done" }

/** While the database is away nothing can be noted: what has come waits, and the broker holds what follows. */
export const untilItAnswers = <A, R>(effect: Effect.Effect<A, DependencyUnavailable, R>): Effect.Effect<A, never, R> =>
  Effect.catch(
    effect,
    () => Effect.andThen(Effect.interruptible(Effect.sleep("1 second")), untilItAnswers(effect))
  )

/** Where whoever stops the program may do so: between one thing and the next. */
const between = Effect.interruptible(Effect.void)

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An id that somebody put on a message, where it could be one of an event. */
export const eventIdOf = (id: string | null): string | null => id !== null && uuid.test(id) ? id : null

const ticketsOf = (events: ReadonlyArray<EventEnvelope>): ReadonlyArray<string> => [
  ...new Set(events.flatMap(({ ticketId }) => ticketId === null ? [] : [ticketId]))
]

interface Told {
  readonly settlement: Settlement
  /** What it counts as; null where it has yet to be done. */
  readonly job: "processed" | "retried" | "dead" | null
  readonly isAbsorbed?: boolean
}

const told = (outcome: Outcome): Told => {
  switch (outcome._tag) {
    case "Settled":
      return { settlement: done, job: "processed" }
    case "Absorbed":
      return { settlement: done, job: "processed", isAbsorbed: true }
    case "Parked":
      return { settlement: done, job: null }
    case "Failed":
      return { settlement: { _tag: "Retry", step: outcome.step, error: outcome.error }, job: "retried" }
    case "Buried":
      return { settlement: done, job: "dead" }
  }
}

/**
 * Handles what a broker delivers to a consumer. What comes for the first time is done as one batch, in one transaction;
 * when that fails, one by one. What was handed out before and not settled may have ended a process: it is done by itself,
 * after the try was counted.
 */
export const makeHandler = Effect.fnUntraced(function*<E, R>(consumer: Consumer<E, R>, queue: Queue) {
  const metrics = yield* Metrics
  const letters = yield* DeadLetterStore
  const { atomic } = yield* Transaction
  const inbox = (yield* Inbox).of(consumer, queue)
  const pattern = typePattern(consumer.types)
  const wanted = new RegExp(pattern ?? "")

  const unreadable = Effect.fnUntraced(function*(delivery: Delivery, cause: string) {
    const error = `no event can be read in it: ${cause}`
    yield* atomic(letters.keep({
      queue: queue.name,
      eventId: eventIdOf(delivery.id),
      type: delivery.type,
      attempts: 1,
      error,
      body: delivery.body
    }))
    yield* Effect.logError(`${queue.name} was given a message that is now a dead letter: ${error}`)
    return { settlement: done, job: "dead" } satisfies Told
  })

  /** First those that may be dangerous, each by itself; then the rest at once. */
  const act = Effect.fnUntraced(function*(events: ReadonlyArray<EventEnvelope>, suspects: ReadonlySet<string>) {
    const outcomes = new Map<string, Told>()
    const one = Effect.fnUntraced(function*(event: EventEnvelope) {
      yield* between
      outcomes.set(event.id, told(yield* inbox.single(event)))
    })
    yield* Effect.forEach(events.filter(({ id }) => suspects.has(id)), one, { discard: true })
    const rest = events.filter(({ id }) => !suspects.has(id))
    if (rest.length > 0) {
      const exit = yield* Effect.exit(inbox.together(rest))
      if (Exit.isSuccess(exit)) {
        const { absorbed, fresh, parked, single } = exit.value
        for (const { id } of fresh) outcomes.set(id, told({ _tag: "Settled" }))
        for (const { id } of absorbed) outcomes.set(id, told({ _tag: "Absorbed" }))
        for (const { id } of parked) outcomes.set(id, told({ _tag: "Parked" }))
        yield* Effect.forEach(single, one, { discard: true })
      } else if (Cause.hasInterrupts(exit.cause)) return yield* Effect.interrupt
      else yield* Effect.forEach(rest, one, { discard: true })
    }
    return outcomes
  })

  /** Nothing is lost by what goes wrong here: the sweep comes by. */
  const followersOf = (events: ReadonlyArray<EventEnvelope>) =>
    Effect.catchTag(Effect.asVoid(inbox.followers(ticketsOf(events))), "DependencyUnavailable", () => Effect.void)

  const count = (all: ReadonlyArray<Told>, seconds: number) => {
    for (const job of ["processed", "retried", "dead"] as const) {
      const some = all.filter((one) => one.job === job)
      if (some.length > 0) metrics.jobsEnded(queue.name, job, some.length, seconds)
    }
    const absorbed = all.filter(({ isAbsorbed }) => isAbsorbed === true).length
    if (absorbed > 0) metrics.jobsAbsorbed(queue.name, absorbed)
  }

  const handle = Effect.fnUntraced(function*(deliveries: ReadonlyArray<Delivery>) {
    const started = yield* Clock.monotonicTimeNanos
    const read = deliveries.map((delivery) => ({ delivery, event: decodeEvent(delivery.body) }))
    // A queue may still get what an earlier version of its consumer asked for, and a replay may bring anything.
    const events = read.flatMap(({ event }) =>
      Result.isSuccess(event) && wanted.test(event.success.type) ? [event.success] : []
    )
    const suspects = new Set(
      read.flatMap(({ delivery, event }) =>
        Result.isSuccess(event) && (delivery.redelivered || delivery.retries > 0) ? [event.success.id] : []
      )
    )
    const outcomes = yield* act(events, suspects)
    if (outcomes.size > 0) yield* followersOf(events)
    const all = yield* Effect.forEach(read, ({ delivery, event }) =>
      Result.isSuccess(event)
        // A second delivery of one event in the same batch has the first one's outcome; what is not wanted has none.
        ? Effect.succeed(outcomes.get(event.success.id) ?? told({ _tag: "Absorbed" }))
        : unreadable(delivery, event.failure.message))
    if (all.some(({ job }) => job === "dead")) yield* reached("after-dead-before-ack")
    yield* reached("after-commit-before-ack")
    count(all, Number((yield* Clock.monotonicTimeNanos) - started) / 1e9)
    return all.map(({ settlement }) => settlement)
  }, untilItAnswers)

  return { handle, inbox }
})

/** Acts on what comes to a consumer's queue, until it is interrupted. What is being done then is done to its end. */
export const consuming = Effect.fnUntraced(function*<E, R>(consumer: Consumer<E, R>, queue: Queue) {
  const broker = yield* Broker
  const { handle } = yield* makeHandler(consumer, queue)
  const context = yield* Effect.context<R>()
  return yield* broker.consume(
    queue,
    (deliveries) => Effect.provideContext(Effect.uninterruptible(handle(deliveries)), context)
  )
})

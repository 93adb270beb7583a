import type { Outgoing, Queue } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { reached } from "@opsdesk/capabilities/Failpoints"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Cause, Clock, Context, Duration, Effect, Layer, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { encodeEvent } from "./envelope.ts"
import type { Lease } from "./OutboxStore.ts"
import { OutboxStore, redeliveriesPart } from "./OutboxStore.ts"

export interface RelayOptions {
  /** All that there are. What none of them takes is for nobody, and published all the same. */
  readonly queues: ReadonlyArray<Queue>
  /** How long a relay that has died keeps its share from the others. */
  readonly lease?: Duration.Duration
  /** Ends when there may be something new. What it misses is found by looking. */
  readonly woken?: Effect.Effect<void>
}

/** How often a relay looks whether there is something, with or without a hint. */
const lookEvery = "250 millis"

/** So long events gather between two batches. The first after a pause goes at once. */
const gather = "10 millis"

/** So many of each part at once: what they share is confirmed together. */
const chunk = 250

const usualLease = Duration.seconds(10)

/** What a relay works on at one moment. */
interface Share {
  readonly relay: string
  readonly queues: ReadonlyArray<Queue>
  readonly leases: ReadonlyArray<Lease>
}

const outgoing = (event: EventEnvelope) => ({ id: event.id, type: event.type, body: encodeEvent(event) })

/**
 * Publishes what the outbox holds, in the order of each ticket, and deletes it once the broker has it for good. Any number
 * of relays share the work. One that dies after publishing and before deleting leaves events that are published twice:
 * at least once is what it promises, and the inbox makes it once.
 */
export class OutboxRelay extends Context.Service<OutboxRelay>()("@opsdesk/events/OutboxRelay", {
  make: Effect.gen(function*() {
    const { alone, atomic, reading } = yield* Transaction
    const broker = yield* Broker
    const store = yield* OutboxStore
    const random = yield* SecureRandom.SecureRandom

    /** What a queue would take if it were still there is not lost: the queues are made anew before it is told apart. */
    const publish = (queues: ReadonlyArray<Queue>, messages: ReadonlyArray<Outgoing>) =>
      Effect.catchTag(
        broker.publish(messages),
        "Unroutable",
        Effect.fnUntraced(function*({ ids }) {
          yield* broker.declare(queues)
          const lost = new Set(ids)
          yield* Effect.catchTag(
            broker.publish(messages.filter(({ id }) => lost.has(id))),
            "Unroutable",
            (still) => Effect.logDebug(`nobody asked for ${still.ids.length} events`)
          )
        })
      )

    /** How many it was rid of. */
    const events = Effect.fnUntraced(function*({ leases, queues, relay }: Share) {
      const due = yield* reading(store.due(leases, chunk))
      if (due.length === 0) return 0
      yield* reached("after-claim-before-publish")
      yield* publish(queues, due.map(outgoing))
      yield* reached("after-publish-before-delete")
      return yield* alone(store.published(relay, leases, due.map(({ position }) => position)))
    })

    const redeliveries = Effect.fnUntraced(function*({ leases, queues, relay }: Share) {
      if (!leases.some(({ partition }) => partition === redeliveriesPart)) return 0
      const due = yield* reading(store.dueAgain(chunk))
      if (due.length === 0) return 0
      const messages = yield* Effect.forEach(due, ({ body, event, messageId, messageType, queue }) =>
        event === null
          ? Effect.map(
            random.uuidV7(),
            (id): Outgoing => ({ id: messageId ?? id, type: messageType ?? "", body: body ?? "", queue })
          )
          : Effect.succeed<Outgoing>({ ...outgoing(event), queue }))
      yield* publish(queues, messages)
      return yield* alone(store.publishedAgain(relay, leases, due.map(({ redelivery }) => redelivery)))
    })

    /** Publishes until it is interrupted; then it lets go of what it holds. */
    const run = Effect.fnUntraced(function*({ lease = usualLease, queues, woken = Effect.never }: RelayOptions) {
      const relay = yield* random.uuidV4()
      const time = Duration.toMillis(lease)
      let held: ReadonlyArray<Lease> = []
      let heldUntil = 0
      const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

      /** By our own clock a lease begins before the database gives it, so that we let go of it before others may take it. */
      const renew = Effect.gen(function*() {
        const asked = yield* now
        held = yield* atomic(Effect.gen(function*() {
          const share = yield* store.appear(relay, lease)
          return yield* store.lease(relay, share, lease)
        }))
        heldUntil = asked + time
      })

      /** Until nothing is left, or what we hold may be somebody else's; says how many there were. */
      const all = <E>(some: (share: Share) => Effect.Effect<number, E>) =>
        Effect.gen(function*() {
          let count = 0
          while (held.length > 0 && (yield* now) < heldUntil) {
            const done = yield* some({ relay, queues, leases: held })
            count += done
            if (done < chunk) break
          }
          return count
        })

      const quietly = (what: string) => <A, E>(effect: Effect.Effect<A, E>) =>
        Effect.catchCause(effect, (cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.interrupt
            : Effect.as(Effect.logWarning(`the relay could not ${what}`, cause), null))

      const publishEvents = Effect.tap(quietly("publish")(all(events)), () => Effect.sleep(gather))

      yield* Effect.addFinalizer(() => quietly("let go of the outbox")(atomic(store.leave(relay))))
      yield* quietly("take its share")(renew)
      yield* Effect.forkScoped(
        Effect.repeat(quietly("renew its share")(renew), Schedule.spaced(Duration.millis(time / 4)))
      )
      yield* Effect.forkScoped(
        Effect.repeat(quietly("publish again")(all(redeliveries)), Schedule.spaced(lookEvery))
      )
      /** Until there is nothing: whatever was told of may be held back by another's statement that is just ending. */
      const publishAll = publishEvents.pipe(Effect.repeat({ while: (count) => count !== null && count > 0 }))

      return yield* Effect.forever(
        publishAll.pipe(
          Effect.andThen(publishAll),
          Effect.andThen(Effect.raceFirst(woken, Effect.sleep(lookEvery)))
        )
      )
    }, Effect.scoped)

    return { run, state: reading(store.state) }
  })
}) {
  static readonly layer = Layer.effect(OutboxRelay, OutboxRelay.make).pipe(Layer.provide(OutboxStore.layer))
}

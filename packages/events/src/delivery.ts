import type { Queue } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { Duration } from "effect"
import { Cause, Effect, Layer, Schedule } from "effect"
import type { Consumer } from "./Consumer.ts"
import { ConsumerStore } from "./ConsumerStore.ts"
import { consuming, untilItAnswers } from "./consuming.ts"
import { keepingDead } from "./DeadLetterKeeper.ts"
import { DeadLetterStore } from "./DeadLetterStore.ts"
import { Inbox } from "./Inbox.ts"
import { OutboxRelay } from "./OutboxRelay.ts"
import { queueOf } from "./topology.ts"

export interface DeliveryOptions {
  /** The waits between the tries of consumers that name none of their own. */
  readonly steps?: ReadonlyArray<Duration.Duration>
  /** See `OutboxRelay`. */
  readonly lease?: Duration.Duration
  readonly woken?: Effect.Effect<void>
  /** Whether this program publishes; it does where nothing is said. */
  readonly relays?: boolean
}

/** One that ends has met a defect: it is told, and begins anew a little later. */
const supervised = (what: string) => <A, R>(effect: Effect.Effect<A, never, R>): Effect.Effect<never, never, R> =>
  Effect.forever(
    Effect.catchCause(Effect.asVoid(effect), (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.andThen(Effect.logError(`${what} has stopped, and begins anew`, cause), Effect.sleep("1 second")))
  )

/** What waits in the inbox and nobody came back for, as whoever should have has died. */
const sweeping = Effect.fnUntraced(function*<E, R>(consumer: Consumer<E, R>, queue: Queue) {
  const { followers } = (yield* Inbox).of(consumer, queue)
  return yield* Effect.repeat(untilItAnswers(followers(null)), Schedule.spaced("1 second"))
})

const measuring = Effect.fnUntraced(function*(queues: ReadonlyArray<Queue>) {
  const broker = yield* Broker
  const relay = yield* OutboxRelay
  const metrics = yield* Metrics
  const look = Effect.gen(function*() {
    metrics.outbox(yield* relay.state)
    for (const [queue, messages] of yield* broker.depths(queues)) metrics.queueDepth(queue, messages)
  })
  return yield* Effect.repeat(untilItAnswers(look), Schedule.spaced("5 seconds"))
})

/**
 * Has everything that happens reach these consumers, until it is interrupted: makes their queues, publishes the outbox,
 * acts on what comes, keeps what was given up. Any number of programs may do so side by side, and share the work: one
 * that is to act for some of them only says for which.
 */
export const delivering = Effect.fnUntraced(function*<E, R>(
  consumers: ReadonlyArray<Consumer<E, R>>,
  { acting = consumers, relays = true, steps, ...relayOptions }: DeliveryOptions & {
    readonly acting?: ReadonlyArray<Consumer<E, R>>
  } = {}
) {
  const broker = yield* Broker
  const relay = yield* OutboxRelay
  const store = yield* ConsumerStore
  const { atomic } = yield* Transaction
  const each = yield* Effect.forEach(
    consumers,
    (consumer) => Effect.map(queueOf(consumer, steps), (queue) => ({ consumer, queue }))
  )
  const queues = each.map(({ queue }) => queue)
  // The queues first: whoever is noted as there must have missed nothing since.
  yield* untilItAnswers(broker.declare(queues))
  yield* untilItAnswers(atomic(Effect.forEach(consumers, ({ name, types }) => store.register(name, types))))
  return yield* Effect.all([
    ...(relays ? [supervised("the relay")(relay.run({ ...relayOptions, queues }))] : []),
    supervised("measuring the queues")(measuring(queues)),
    ...each.filter(({ consumer }) => acting.includes(consumer)).flatMap(({ consumer, queue }) => [
      supervised(`the consumer ${consumer.name}`)(consuming(consumer, queue)),
      supervised(`the keeper of what is dead to ${consumer.name}`)(keepingDead(consumer, queue)),
      supervised(`the sweep of ${consumer.name}`)(sweeping(consumer, queue))
    ])
  ], { concurrency: "unbounded", discard: true })
})

/** What `delivering` needs of its own. */
export const Deliveries = Layer.mergeAll(Inbox.layer, OutboxRelay.layer, ConsumerStore.layer, DeadLetterStore.layer)

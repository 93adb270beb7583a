import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Duration, Effect } from "effect"
import { Context, Data } from "effect"

/** A message on its way to the queues. */
export interface Outgoing {
  /** The event's id; goes along as `message-id`, and stays the same however often it is published. At most 255 bytes. */
  readonly id: string
  /** Routing key, such as `ticket.created`; at most 255 bytes. */
  readonly type: string
  /** What travels: an event as JSON. */
  readonly body: string
  /** For this queue alone, past the exchange: a replay is for whoever asked for it, and for nobody else. */
  readonly queue?: string
}

/** A message as a consumer gets it. What a broker cannot tell is null: anybody may have published it. */
export interface Delivery {
  readonly id: string | null
  readonly type: string | null
  readonly body: string
  /** How many times it has been through a retry queue; 0 at first. */
  readonly retries: number
  /** Whether it was handed to somebody before, who did not settle it. */
  readonly redelivered: boolean
}

/**
 * Messages that no queue takes: who declares the queues has forgotten one, or somebody has deleted it. They are nowhere
 * but with whoever published them.
 */
export class Unroutable extends Data.TaggedError("Unroutable")<{ readonly ids: ReadonlyArray<string> }> {
  override get message(): string {
    return `no queue takes ${this.ids.length} messages, ${this.ids[0]} among them`
  }
}

/** A delivery that nobody tries any more. */
export type DeadLetter = Delivery & {
  /** Why, in one line, as its consumer or the broker said. */
  readonly error: string | null
}

/** What becomes of a delivery. */
export type Settlement =
  | { readonly _tag: "Done" }
  /**
   * Comes back to this queue alone, once more tried, after the delay of that step, which is 0 for the first and the last
   * one's beyond it: not before, and at most a tenth later as far as the broker can.
   */
  | { readonly _tag: "Retry"; readonly step: number; readonly error: string }
  /** Goes to `<queue>.dead`. */
  | { readonly _tag: "Dead"; readonly error: string }

export interface Queue {
  /** Such as `opsdesk.notifications`. Its delays are `<name>.retry.<n>` from 1, its dead letters `<name>.dead`. */
  readonly name: string
  /** Types that it gets; `*` is a word, `#` any number of them, as in AMQP 0-9-1. */
  readonly types: ReadonlyArray<string>
  /** One delay queue for each. */
  readonly delays: ReadonlyArray<Duration.Duration>
  /** How many deliveries are handed out before they are settled, at most. */
  readonly prefetch: number
}

/**
 * How often a queue hands out what nobody settles. Consumers count tries of their own and give up long before: this is
 * the last resort, against a message that takes its consumer down each time before that has counted anything.
 */
export const handedOutAtMost = 50

/**
 * Queues that lose nothing and hand out everything at least once. A message goes to every queue that asked for its type;
 * each keeps its own, in the order in which they were published, until it is settled.
 */
export class Broker extends Context.Service<Broker, {
  /**
   * Makes queues that are not there yet. Whoever publishes says which there are, so that nothing goes to nobody. A type
   * that a queue has asked for once stays asked for: programs of two versions may run side by side.
   */
  readonly declare: (queues: ReadonlyArray<Queue>) => Effect.Effect<void, DependencyUnavailable>
  /**
   * Ends when the broker has all of them for good. When it fails some may be there, so that they may come twice; those
   * that are `Unroutable` are not there, and the others are.
   */
  readonly publish: (messages: ReadonlyArray<Outgoing>) => Effect.Effect<void, DependencyUnavailable | Unroutable>
  /**
   * Hands out what comes, at most `prefetch` at once, until it is interrupted, and goes on by itself after an outage.
   * `handle` answers for each delivery, in their order; what it was given and has not settled when it is interrupted or
   * dies is handed out again. Dies when `handle` does: whoever supervises it decides what comes then.
   */
  readonly consume: (
    queue: Queue,
    handle: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<ReadonlyArray<Settlement>>
  ) => Effect.Effect<never>
  /** Takes everything that has died in a queue, for whoever keeps dead letters: settled once `keep` has ended. */
  readonly consumeDead: (
    queue: Queue,
    keep: (letters: ReadonlyArray<DeadLetter>) => Effect.Effect<void>
  ) => Effect.Effect<never>
  /** How many messages wait in each queue, its delays and its dead letters, by their names; none that is handed out. */
  readonly depths: (queues: ReadonlyArray<Queue>) => Effect.Effect<ReadonlyMap<string, number>, DependencyUnavailable>
}>()("@opsdesk/capabilities/Broker") {}

/** More delays than this would be queues that nobody meant to have. */
export const delaysAtMost = 20

const delayName = (queue: Queue, step: number) => `${queue.name}.retry.${step + 1}`

/** The names of a queue's delays, in their order. */
export const delayNames = (queue: Queue): ReadonlyArray<string> => queue.delays.map((_, step) => delayName(queue, step))

/** And of all that it may have had with other steps: what waits there comes back too. */
export const everyDelayName = (queue: Queue): ReadonlyArray<string> =>
  Array.from({ length: delaysAtMost }, (_, step) => delayName(queue, step))

export const deadName = (queue: Queue): string => `${queue.name}.dead`

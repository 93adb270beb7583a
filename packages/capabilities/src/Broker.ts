import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Duration, Effect } from "effect"
import { Context } from "effect"

/** A message on its way to the queues. */
export interface Outgoing {
  /** The event's id; goes along as `message-id`, and stays the same however often it is published. */
  readonly id: string
  /** Routing key, such as `ticket.created`. */
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

/** What becomes of a delivery. */
export type Settlement =
  | { readonly _tag: "Done" }
  /** Comes back to this queue alone, after the delay of that step; 0 is the first. */
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
 * Queues that lose nothing and hand out everything at least once. A message goes to every queue that asked for its type;
 * each keeps its own, in the order in which they were published, until it is settled.
 */
export class Broker extends Context.Service<Broker, {
  /** Makes queues that are not there yet. Whoever publishes says which there are, so that nothing goes to nobody. */
  readonly declare: (queues: ReadonlyArray<Queue>) => Effect.Effect<void, DependencyUnavailable>
  /** Ends when the broker has all of them for good. When it fails some may be there, so that they may come twice. */
  readonly publish: (messages: ReadonlyArray<Outgoing>) => Effect.Effect<void, DependencyUnavailable>
  /**
   * Hands out what comes until it is interrupted, and goes on by itself after an outage. `handle` answers for each
   * delivery, in their order; what it was given and has not settled when it is interrupted or dies is handed out again.
   */
  readonly consume: (
    queue: Queue,
    handle: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<ReadonlyArray<Settlement>>
  ) => Effect.Effect<never>
  /** Takes everything that has died in a queue, for whoever keeps dead letters: settled once `keep` has ended. */
  readonly consumeDead: (
    queue: Queue,
    keep: (letters: ReadonlyArray<Delivery & { readonly error: string | null }>) => Effect.Effect<void>
  ) => Effect.Effect<never>
  /** How many messages wait in each queue, by its name. */
  readonly depths: (queues: ReadonlyArray<Queue>) => Effect.Effect<ReadonlyMap<string, number>, DependencyUnavailable>
}>()("@opsdesk/capabilities/Broker") {}

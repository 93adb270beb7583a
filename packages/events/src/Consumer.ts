import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { Effect, Schedule } from "effect"

/**
 * Somebody who acts on events, each of them once. `run` is given events in the order of each ticket, inside one
 * transaction that also notes that they have taken effect: all of it is kept, or none, and then they come again, one by
 * one. What it does outside of the database may therefore happen more than once, under the same event's id.
 */
export interface Consumer<E = unknown, R = never> {
  /** Its queue is `opsdesk.<name>`. */
  readonly name: string
  /** One sentence for whoever operates the desk. */
  readonly about: string
  /** The types of event that it acts on, as on the wire; `#` for all. */
  readonly types: ReadonlyArray<string>
  /**
   * How long a failed event waits before it comes again; when the schedule ends, it is given up. Without jitter, as each
   * step is a queue: the broker adds that. The desk's own steps (`OPSDESK_RETRY_STEPS`) where nothing is said.
   */
  readonly retry?: Schedule.Schedule<unknown>
  readonly run: (events: ReadonlyArray<EventEnvelope>) => Effect.Effect<void, E, R>
}

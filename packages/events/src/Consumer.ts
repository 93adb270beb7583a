import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { Effect } from "effect"

/**
 * Somebody who acts on events, each of them once. `run` is given events in the order of each ticket, inside one
 * transaction that also notes that they have taken effect: all of it is kept, or none, and then they come again.
 */
export interface Consumer<E = unknown, R = never> {
  /** Its queue is `opsdesk.<name>`. */
  readonly name: string
  /** One sentence for whoever operates the desk. */
  readonly about: string
  /** The types of event that it acts on, as on the wire; `#` for all. */
  readonly types: ReadonlyArray<string>
  readonly run: (events: ReadonlyArray<EventEnvelope>) => Effect.Effect<void, E, R>
}

import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { Effect } from "effect"
import { Context } from "effect"
import type { SqlError } from "effect/sql"

/** What a consumer could not finish of an event, though the event has taken effect. */
export interface Unfinished {
  /** Such as `notifications`; its queue is `opsdesk.<name>`. */
  readonly consumer: string
  readonly event: EventEnvelope
  readonly attempts: number
  readonly error: string
}

/**
 * Keeps what was given up for an operator. Takes part in the caller's transaction. One letter for each consumer and event:
 * another replaces its error. When it is replayed the consumer gets the event again.
 */
export class DeadLetters extends Context.Service<DeadLetters, {
  readonly keep: (unfinished: Unfinished) => Effect.Effect<void, SqlError.SqlError>
}>()("@opsdesk/capabilities/DeadLetters") {}

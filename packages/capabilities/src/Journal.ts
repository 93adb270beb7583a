import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import type { DateTime, Effect, Schema } from "effect"
import { Context } from "effect"
import type { SqlError } from "effect/sql"

type Json = { readonly [key: string]: Schema.Json }

/** What a command can act on. */
export type EntityType =
  | "ticket"
  | "message"
  | "user"
  | "team"
  | "role"
  | "session"
  | "key"
  | "api_token"
  | "dead_letter"
  | "consumer"

/** What one command did, for the record and for the world. */
export interface JournalEntry {
  readonly at: DateTime.Utc
  readonly actorId: UserId | null
  /** In the past tense, like the event: `ticket.status_changed`. */
  readonly action: string
  readonly entity: { readonly type: EntityType; readonly id: string | null }
  /** What the command changed, as it was and as it is; secrets never. */
  readonly before: Json | null
  readonly after: Json | null
  readonly events: ReadonlyArray<NewEvent>
}

/**
 * Writes down a command, inside its transaction: one audit row, and each event with the outbox row that has it
 * published. One capability for all three, so that no command can keep one and forget another.
 * Request id, trace and address come from `RequestContext`.
 */
export class Journal extends Context.Service<Journal, {
  readonly record: (entry: JournalEntry) => Effect.Effect<void, SqlError.SqlError>
}>()("@opsdesk/capabilities/Journal") {}

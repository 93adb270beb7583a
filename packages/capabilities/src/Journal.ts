import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import type { DateTime, Effect, Schema } from "effect"
import { Context } from "effect"
import type { SqlError, Statement } from "effect/sql"

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
  /**
   * Where something stands in `after` or `events` that is known only once it is written (a number, a place in a row): the
   * way to each, such as `["after", "number"]`. It is taken from the column of `written` that the last step names.
   */
  readonly drawn?: ReadonlyArray<ReadonlyArray<string>>
}

/** What a command writes of its own, for the journal to say in one statement with the record of it. */
export interface Writing<A, E> {
  /**
   * Queries with names (`name as (…)`), the last of them `written`: one row where the command takes effect, none where it
   * does not. Then nothing is recorded either, so all that is written must depend on the same.
   */
  readonly queries: Statement.Fragment
  /** What the database's refusal means, where it means something (`onConstraint`). */
  readonly means?: <Rows>(
    statement: Effect.Effect<Rows, SqlError.SqlError>
  ) => Effect.Effect<Rows, E | SqlError.SqlError>
  /** What the rows of `written` say. */
  readonly read: (written: ReadonlyArray<object>) => Effect.Effect<A, E>
}

/**
 * Writes down a command together with what it writes: one audit row, and each event with the outbox row that has it
 * published. One capability for all three, so that no command can keep one and forget another.
 * Request id, trace and address come from `RequestContext`.
 */
export class Journal extends Context.Service<Journal, {
  readonly record: (entry: JournalEntry) => Effect.Effect<void, SqlError.SqlError>
  /** Writes something and its record in one statement: both or none, with or without a transaction. */
  readonly recordWith: <A, E>(
    writing: Writing<A, E>,
    entry: JournalEntry
  ) => Effect.Effect<A, E | SqlError.SqlError>
}>()("@opsdesk/capabilities/Journal") {}

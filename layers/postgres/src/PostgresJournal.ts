import { PgClient } from "@effect/sql-pg"
import type { JournalEntry, Writing } from "@opsdesk/capabilities/Journal"
import { Journal } from "@opsdesk/capabilities/Journal"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Statement } from "effect/sql"

/**
 * One statement for what a command writes, the audit row, the events and their outbox rows: one round trip, and none of
 * them without the others. The transaction has its id before it draws positions: who has seen a gap in them, and all
 * transactions end that had an id by then, has seen whatever will be there. Positions are drawn once `written` has its
 * row, and with it the lock of whatever the command changes: they follow the changes of one thing.
 */
export const PostgresJournal = Layer.effect(
  Journal,
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const random = yield* SecureRandom.SecureRandom

    /** The entry as a document, with what is known only now in its place. */
    const completed = (document: Statement.Fragment, drawn: JournalEntry["drawn"] = []): Statement.Fragment =>
      drawn.reduce<Statement.Fragment>(
        (known, way) => sql`jsonb_set(${known}, ${way}::text[], to_jsonb(written.${sql(way.at(-1) ?? "")}), false)`,
        document
      )

    const recordWith = Effect.fnUntraced(function*<A, E>(writing: Writing<A, E>, entry: JournalEntry) {
      const request = yield* RequestContext
      const at = DateTime.toDateUtc(entry.at)
      const { after, before } = entry
      const events = yield* Effect.forEach(
        entry.events,
        (event) => Effect.map(random.uuidV7(), (id) => ({ id, ...event }))
      )
      const statement = sql<object>`
        with ${writing.queries}, mine as materialized (
          select pg_current_xact_id() as id
        ), entry as materialized (
          select ${completed(sql`${sql.json({ before, after, events })}::jsonb`, entry.drawn)} as said from written
        ), audited as (
          insert into audit_log (id, at, actor_id, action, entity_type, entity_id, request_id, before, after, ip)
          select ${yield* random.uuidV7()}::uuid, ${at}::timestamptz, ${entry.actorId}::uuid, ${entry.action}::text,
            ${entry.entity.type}::text, ${entry.entity.id}::text, ${request.requestId}::text,
            nullif(said -> 'before', 'null'), nullif(said -> 'after', 'null'), ${request.ip}::text
          from entry
        ), told as (
          insert into events (transaction_id, id, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent,
            audience, payload)
          select mine.id, e.id, e.type, ${at}::timestamptz, e."ticketId", e.seq, ${entry.actorId}::uuid, ${request.requestId}::text,
            ${request.traceparent}::text, e.audience, e.payload
          from mine, entry, jsonb_to_recordset(entry.said -> 'events')
            as e(id uuid, type text, "ticketId" uuid, seq integer, audience text, payload jsonb)
          returning position, ticket_id
        ), to_publish as (
          insert into outbox (position, ticket_id) select position, ticket_id from told
        )
        select * from written`
      return yield* writing.read(yield* writing.means === undefined ? statement : writing.means(statement))
    })

    /** For commands that have written something else before. */
    const nothingElse: Writing<void, never> = {
      queries: sql`written as (select true)`,
      read: () => Effect.void
    }

    return Journal.of({ recordWith, record: (entry) => recordWith(nothingElse, entry) })
  })
)

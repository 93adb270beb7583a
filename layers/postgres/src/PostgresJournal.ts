import { PgClient } from "@effect/sql-pg"
import { Journal } from "@opsdesk/capabilities/Journal"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"

/**
 * One statement for the audit row, the events and their outbox rows: one round trip, and none of them without the others.
 * The transaction has its id before it draws positions: who has seen a gap in them, and all transactions end that had an
 * id by then, has seen whatever will be there.
 */
export const PostgresJournal = Layer.effect(
  Journal,
  Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    const random = yield* SecureRandom.SecureRandom
    const jsonOrNull = (value: object | null) => value === null ? sql`null::jsonb` : sql`${sql.json(value)}::jsonb`
    return Journal.of({
      record: Effect.fnUntraced(function*(entry) {
        const request = yield* RequestContext
        const at = DateTime.toDateUtc(entry.at)
        const events = yield* Effect.forEach(
          entry.events,
          (event) => Effect.map(random.uuidV7(), (id) => ({ id, ...event }))
        )
        yield* sql`
          with mine as materialized (
            select pg_current_xact_id() as id
          ), audited as (
            insert into audit_log (id, at, actor_id, action, entity_type, entity_id, request_id, before, after, ip)
            values (${yield* random.uuidV7()}, ${at}, ${entry.actorId}, ${entry.action}, ${entry.entity.type},
              ${entry.entity.id}, ${request.requestId}, ${jsonOrNull(entry.before)}, ${jsonOrNull(entry.after)},
              ${request.ip})
          ), told as (
            insert into events (transaction_id, id, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent,
              audience, payload)
            select mine.id, e.id, e.type, ${at}::timestamptz, e."ticketId", e.seq, ${entry.actorId}::uuid, ${request.requestId}::text,
              ${request.traceparent}::text, e.audience, e.payload
            from mine, jsonb_to_recordset(${sql.json(events)}::jsonb)
              as e(id uuid, type text, "ticketId" uuid, seq integer, audience text, payload jsonb)
            returning position, ticket_id
          )
          insert into outbox (position, ticket_id) select position, ticket_id from told`
      })
    })
  })
)

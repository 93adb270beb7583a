import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { TicketId } from "@opsdesk/kernel/Ids"
import { DateTime, Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { personIds } from "../people.ts"

/** Tickets that nothing has been told of. */
export const quietTickets = Effect.fnUntraced(function*(count: number) {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const ids = yield* Effect.forEach(Array.from({ length: count }), () => random.uuidV7())
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, created_at, updated_at)
    select id, 'x', '', 'incident', 'open', 'normal', ${personIds.carla}, now(), now()
    from unnest(${ids}::uuid[]) as t(id)`
  return ids.map((id) => TicketId.make(id))
})

/** A command on a ticket, as desks run them: one transaction with the row's lock, an audit row, and one event. */
export const commandOn = Effect.fnUntraced(function*<E = never, R = never>(
  ticketId: TicketId,
  payload: { readonly op: string; readonly mood?: string },
  inside: Effect.Effect<void, E, R> = Effect.void
) {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const { atomic } = yield* Transaction
  return yield* atomic(Effect.gen(function*() {
    const [row] = yield* sql<{ lastSeq: number }>`
      update tickets set last_seq = last_seq + 1 where id = ${ticketId} returning last_seq`
    const type = "ticket.updated"
    yield* journal.record({
      at: yield* DateTime.now,
      actorId: null,
      action: type,
      entity: { type: "ticket", id: ticketId },
      before: null,
      after: { op: payload.op },
      events: [{ type, ticketId, seq: row?.lastSeq ?? 0, audience: "public", payload: { ...payload } }]
    })
    yield* inside
  }))
})

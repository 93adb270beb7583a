import type { Actor } from "@opsdesk/access/Actor"
import type { Writing } from "@opsdesk/capabilities/Journal"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { HistoryEntryId } from "@opsdesk/kernel/Ids"
import { TicketId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import { Overtaken } from "./Overtaken.ts"
import { HistoryEntry, Ticket } from "./Ticket.ts"
import type { TicketRef, TicketStatus } from "./Ticket.ts"
import { visibleTo } from "./TicketScopeStore.ts"

const decodeTickets = Schema.decodeUnknownEffect(Schema.Array(Ticket))
const decodeNumbers = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ number: Schema.Int })]))
const decodeTexts = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ id: TicketId, description: Schema.String }))
)
const decodeHistory = Schema.decodeUnknownEffect(Schema.Array(HistoryEntry))
const decodeEvents = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ ...EventEnvelope.fields, occurredAt: Schema.DateTimeUtcFromDate }))
)

export interface Move {
  readonly id: HistoryEntryId
  readonly from: TicketStatus | null
  readonly by: Actor
  readonly comment: string | null
}

/** All SQL about one ticket. */
export class TicketStore extends Context.Service<TicketStore>()("@opsdesk/tickets/TicketStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`
      t.id, t.number, t.title, t.description, t.type, t.status, t.priority, t.requester_id, t.assignee_id, t.team_id,
      t.version, t.last_seq, t.created_at, t.updated_at, t.resolved_at, t.closed_at`

    const named = (actor: Actor, ref: TicketRef) =>
      sql`${typeof ref === "number" ? sql`t.number = ${ref}` : sql`t.id = ${ref}`} and ${visibleTo(sql, actor)}`

    const find = (actor: Actor, ref: TicketRef) =>
      Effect.flatMap(sql`select ${columns} from tickets t where ${named(actor, ref)}`, decodeTickets)

    /** Holds the ticket until the transaction ends. */
    const lock = (actor: Actor, ref: TicketRef) =>
      Effect.flatMap(sql`select ${columns} from tickets t where ${named(actor, ref)} for no key update`, decodeTickets)

    const moveColumns = sql`(id, ticket_id, from_status, to_status, actor_id, comment, at, seq)`

    /** The ticket's way to where it is now: `from` names what the rest of the statement has written of the ticket. */
    const moveOf = (ticket: Ticket, move: Move, from: Statement.Fragment) =>
      sql`
        insert into ticket_status_history ${moveColumns}
        select ${move.id}::uuid, written.id, ${move.from}::text, ${ticket.status}::text, ${move.by.userId}::uuid,
          ${move.comment}::text, ${DateTime.toDateUtc(ticket.updatedAt)}::timestamptz, ${ticket.lastSeq}::integer
        from ${from} written`

    /** A new ticket with the first step of its way, which is given its number. */
    const insert = (ticket: Ticket, move: Move): Writing<Ticket, Schema.SchemaError> => ({
      queries: sql`
        opened as (
          insert into tickets (id, title, description, type, status, priority, requester_id, assignee_id, team_id,
            version, last_seq, created_at, updated_at)
          values (${ticket.id}, ${ticket.title}, ${ticket.description}, ${ticket.type}, ${ticket.status},
            ${ticket.priority}::ticket_priority, ${ticket.requesterId}, ${ticket.assigneeId}, ${ticket.teamId},
            ${ticket.version}, ${ticket.lastSeq}, ${DateTime.toDateUtc(ticket.createdAt)},
            ${DateTime.toDateUtc(ticket.updatedAt)})
          returning id, number
        ), moved as (${moveOf(ticket, move, sql`opened`)}), written as (select number from opened)`,
      read: (rows) => Effect.map(decodeNumbers(rows), ([{ number }]) => new Ticket({ ...ticket, number }))
    })

    /** Whatever is done to a ticket leaves its mark in one of both, so they tell whether it still is as it was read. */
    const still = ({ id, lastSeq, version }: Ticket) =>
      sql`id = ${id} and version = ${version} and last_seq = ${lastSeq}`

    const changing = (before: Ticket, ticket: Ticket) =>
      sql`
        update tickets set title = ${ticket.title}, description = ${ticket.description}, type = ${ticket.type},
          status = ${ticket.status}, priority = ${ticket.priority}::ticket_priority,
          assignee_id = ${ticket.assigneeId}, team_id = ${ticket.teamId}, version = ${ticket.version},
          last_seq = ${ticket.lastSeq}, updated_at = ${DateTime.toDateUtc(ticket.updatedAt)},
          resolved_at = ${dateOrNull(ticket.resolvedAt)}, closed_at = ${dateOrNull(ticket.closedAt)}
        where ${still(before)}`

    /** The ticket as it is after a change, as long as it is as it was before; with a step of its way, where it moves. */
    const save = (before: Ticket, after: Ticket, move?: Move): Writing<Ticket, Overtaken> => ({
      queries: sql`
        written as (${changing(before, after)} returning id)${
        move === undefined ? sql`` : sql`, moved as (${moveOf(after, move, sql`written`)})`
      }`,
      read: ({ length }) => length === 0 ? Effect.fail(new Overtaken()) : Effect.succeed(after)
    })

    /** `drawn`: the next `seq` of a ticket, for an event that does not change the ticket itself, as long as nobody has. */
    const drawing = ({ id, version }: Ticket): Statement.Fragment =>
      sql`
        drawn as (
          update tickets set last_seq = last_seq + 1 where id = ${id} and version = ${version} returning last_seq as seq
        )`

    /** Draws the next sequence for an event that does not change the ticket itself. */
    const drawSeq = (id: TicketId) =>
      sql`update tickets set last_seq = last_seq + 1 where id = ${id}`.pipe(Effect.asVoid)

    const movesOf = (id: TicketId, afterSeq: number) =>
      sql`from ticket_status_history where ticket_id = ${id} and seq > ${afterSeq}`

    const history = (id: TicketId, afterSeq: number, rows: number) =>
      Effect.flatMap(
        sql`
          select id, ticket_id, from_status as "from", to_status as "to", actor_id, comment, at, seq
          ${movesOf(id, afterSeq)}
          order by seq
          limit ${rows}`,
        decodeHistory
      )

    /** So many moves of each ticket after a place, oldest first, in one statement. */
    const histories = (tickets: ReadonlyArray<{ readonly id: TicketId; readonly after: number }>, rows: number) =>
      Effect.flatMap(
        sql`
          select h.* from unnest(${tickets.map(({ id }) => id)}::uuid[], ${
          tickets.map(({ after }) => after)
        }::integer[])
            as w (ticket_id, after_seq)
          cross join lateral (
            select id, ticket_id, from_status as "from", to_status as "to", actor_id, comment, at, seq
            from ticket_status_history where ticket_id = w.ticket_id and seq > w.after_seq
            order by seq
            limit ${rows}
          ) h
          order by h.ticket_id, h.seq`,
        decodeHistory
      )

    const texts = (actor: Actor, ids: ReadonlyArray<TicketId>) =>
      Effect.flatMap(
        sql`select t.id, t.description from tickets t where t.id = any(${ids}::uuid[]) and ${visibleTo(sql, actor)}`,
        decodeTexts
      )

    const eventsOf = (id: TicketId, internalToo: boolean, afterSeq: number) =>
      sql`from events where ticket_id = ${id} and seq > ${afterSeq} and (${internalToo} or audience = 'public')`

    const events = (id: TicketId, internalToo: boolean, afterSeq: number, rows: number) =>
      Effect.flatMap(
        sql`
          select id, position, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent, payload
          ${eventsOf(id, internalToo, afterSeq)}
          order by seq
          limit ${rows}`,
        decodeEvents
      )

    const count = (rows: Statement.Fragment, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`select count(*) as count from (select ${rows} limit ${upTo}) counted`,
        ([row]) => row?.count ?? 0
      )

    const countHistory = (id: TicketId, upTo: number) => count(movesOf(id, 0), upTo)

    const countEvents = (id: TicketId, internalToo: boolean, afterSeq: number, upTo: number) =>
      count(eventsOf(id, internalToo, afterSeq), upTo)

    return {
      find,
      lock,
      insert,
      save,
      drawing,
      drawSeq,
      history,
      histories,
      countHistory,
      texts,
      events,
      countEvents
    }
  })
}) {
  static readonly layer = Layer.effect(TicketStore, TicketStore.make)
}

const dateOrNull = (at: DateTime.Utc | null) => at === null ? null : DateTime.toDateUtc(at)

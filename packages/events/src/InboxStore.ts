import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { EventId } from "@opsdesk/kernel/Ids"
import { Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { EventRow } from "./envelope.ts"

/** What the inbox knows of an event at a consumer. */
const Standing = Schema.Struct({
  id: EventId,
  /** Null where it has never come. */
  state: Schema.NullOr(Schema.Literals(["settled", "waiting", "parked", "dead"])),
  attempts: Schema.Int,
  /** The latest earlier event of its ticket that the consumer acts on. */
  predecessor: Schema.NullOr(EventId),
  /** Whether that one is through: settled, dead, or of before the consumer's time. */
  clear: Schema.Boolean
})
export type Standing = typeof Standing.Type

const decodeStandings = Schema.decodeUnknownEffect(Schema.Array(Standing))
const decodeEvents = Schema.decodeUnknownEffect(Schema.Array(EventRow))

/** Whose inbox it is. `pattern` fits the types that the consumer acts on; null fits all. */
export interface Owner {
  readonly name: string
  readonly pattern: string | null
}

const idsOf = (events: ReadonlyArray<EventEnvelope>) => events.map(({ id }) => id)

/** All SQL about what became of an event at a consumer. */
export class InboxStore extends Context.Service<InboxStore>()("@opsdesk/events/InboxStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const ofTypes = ({ pattern }: Owner) => pattern === null ? sql`` : sql`and p.type ~ ${pattern}`

    /**
     * The predecessor `p` of an event `e`, and what became of it. Each look-up has a limit, so that PostgreSQL goes by the
     * indexes whatever it believes of tables that grow faster than their statistics.
     */
    const predecessor = (owner: Owner) =>
      sql`
        left join lateral (
          select p.id, p.position from events p
          where p.ticket_id = e.ticket_id and p.seq < e.seq ${ofTypes(owner)}
          order by p.seq desc limit 1
        ) p on true
        left join lateral (
          select state from inbox where consumer = ${owner.name} and event_id = p.id limit 1
        ) pi on true
        cross join (select from_position from consumers where name = ${owner.name}) c`

    const isClear = sql`(p.id is null or coalesce(pi.state in ('settled', 'dead'), p.position <= c.from_position))`

    /** How events stand. What is no event of this desk is left out. */
    const look = (owner: Owner, ids: ReadonlyArray<EventId>) =>
      Effect.flatMap(
        sql`
          select e.id, i.state, coalesce(i.attempts, 0)::int as attempts, p.id as predecessor, ${isClear} as clear
          from unnest(${ids}::uuid[]) as d(id)
          cross join lateral (select id, ticket_id, seq from events where id = d.id limit 1) e
          left join lateral (
            select state, attempts from inbox where consumer = ${owner.name} and event_id = d.id limit 1
          ) i on true
          ${predecessor(owner)}`,
        decodeStandings
      )

    /** Notes events that come for the first time. Fewer than were asked for where somebody else has just done so. */
    const begin = (
      { name }: Owner,
      settled: ReadonlyArray<EventEnvelope>,
      parked: ReadonlyArray<EventEnvelope>
    ) =>
      Effect.map(
        sql`
          insert into inbox (consumer, event_id, ticket_id, seq, state)
          select ${name}::text, e.id, e.ticket_id, e.seq,
            case when e.id = any(${idsOf(parked)}::uuid[]) then 'parked' else 'settled' end
          from unnest(${idsOf([...settled, ...parked])}::uuid[]) as d(id)
          cross join lateral (select id, ticket_id, seq from events where id = d.id limit 1) e
          order by e.id
          on conflict (consumer, event_id) do nothing
          returning event_id`,
        (rows) => rows.length
      )

    /** One more try, counted before it is made; a parked event is not tried by anybody else until `due`. */
    const count = ({ name }: Owner, event: EventEnvelope, due: Duration.Duration) =>
      sql`
        insert into inbox (consumer, event_id, ticket_id, seq, state, attempts)
        values (${name}, ${event.id}, ${event.ticketId}, ${event.seq}, 'waiting', 1)
        on conflict (consumer, event_id) do update set attempts = inbox.attempts + 1, at = now(),
          due_at = case when inbox.state = 'parked' then now() + ${Duration.toMillis(due)} * interval '1 ms' end
        where inbox.state in ('waiting', 'parked')`

    /** Whether the event is still to be done; then it is, by us, as nobody else gets its row until the transaction ends. */
    const settle = ({ name }: Owner, id: EventId) =>
      Effect.map(
        sql`
          update inbox set state = 'settled', error = null, due_at = null, at = now()
          where consumer = ${name} and event_id = ${id} and state in ('waiting', 'parked')
          returning event_id`,
        (rows) => rows.length === 1
      )

    const noteError = ({ name }: Owner, id: EventId, error: string) =>
      sql`
        update inbox set error = ${error}, at = now()
        where consumer = ${name} and event_id = ${id} and state in ('waiting', 'parked')`

    /** Gives an event up; says how often it was tried, or null where it has taken effect after all. */
    const bury = ({ name }: Owner, event: EventEnvelope, attempts: number, error: string) =>
      Effect.map(
        sql<{ attempts: number }>`
          insert into inbox (consumer, event_id, ticket_id, seq, state, attempts, error)
          values (${name}, ${event.id}, ${event.ticketId}, ${event.seq}, 'dead', ${attempts}, ${error})
          on conflict (consumer, event_id) do update set state = 'dead', error = excluded.error, due_at = null,
            attempts = greatest(inbox.attempts, excluded.attempts), at = now()
          where inbox.state <> 'settled'
          returning attempts::int`,
        ([row]) => row?.attempts ?? null
      )

    /** Parked events that may be done now, the first of each ticket; of some tickets, or of all. */
    const ready = (owner: Owner, tickets: ReadonlyArray<string> | null, rows: number) =>
      Effect.flatMap(
        sql`
          select e.id, e.position, e.type, e.occurred_at, e.ticket_id, e.seq, e.actor_id, e.request_id, e.traceparent,
            e.payload
          from inbox i
          cross join lateral (select * from events where id = i.event_id limit 1) e
          ${predecessor(owner)}
          where i.consumer = ${owner.name} and i.state = 'parked' and (i.due_at is null or i.due_at <= now())
            ${tickets === null ? sql`` : sql`and i.ticket_id = any(${tickets}::uuid[])`}
            and ${isClear}
          limit ${rows}`,
        decodeEvents
      )

    return { look, begin, count, settle, noteError, bury, ready }
  })
}) {
  static readonly layer = Layer.effect(InboxStore, InboxStore.make)
}

import { Audience, EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Look } from "./Feed.ts"
import type { RoomEvent, Standing } from "./RoomEvent.ts"

const standing = { requesterId: UserId, assigneeId: Schema.NullOr(UserId), teamId: Schema.NullOr(TeamId) }

const EventRow = Schema.Struct({
  ...EventEnvelope.fields,
  occurredAt: Schema.DateTimeUtcFromDate,
  audience: Audience,
  requesterId: Schema.NullOr(UserId),
  assigneeId: Schema.NullOr(UserId),
  teamId: Schema.NullOr(TeamId),
  version: Schema.NullOr(Schema.Int)
})
const decodeEvents = Schema.decodeUnknownEffect(Schema.Array(EventRow))

const Snapshot = Schema.Struct({
  xmin: Schema.Int,
  next: Schema.Int,
  writers: Schema.NullOr(Schema.Array(Schema.String)),
  epoch: Schema.Int
})
const decodeSnapshot = Schema.decodeUnknownEffect(Schema.NonEmptyArray(Snapshot))
const PositionRow = Schema.Struct({ position: Schema.NullOr(Schema.Int) })
const decodePositions = Schema.decodeUnknownEffect(Schema.Array(PositionRow))
const TicketRow = Schema.Struct({ ...standing, version: Schema.Int, lastSeq: Schema.Int })
const decodeTickets = Schema.decodeUnknownEffect(Schema.Array(TicketRow))
const decodeBounds = Schema.decodeUnknownEffect(
  Schema.Tuple([Schema.Struct({ first: Schema.NullOr(Schema.Int), last: Schema.NullOr(Schema.Int) })])
)

type Row = typeof EventRow.Type

/** Events of no ticket (people, teams) are seen, and told to nobody. */
const toldOf = (
  { assigneeId, audience, requesterId, teamId, version, ...envelope }: Row
): { readonly position: number; readonly told: RoomEvent | null } => {
  const { position, seq, ticketId } = envelope
  if (ticketId === null || seq === null || requesterId === null || version === null) return { position, told: null }
  const ticket: Standing = { requesterId, assigneeId, teamId, version }
  return { position, told: { envelope, ticketId, seq, position, audience, ticket } }
}

export interface Seen {
  readonly position: number
  readonly told: RoomEvent | null
}

/** Where to look, and for what. */
export interface Sight {
  readonly after: number
  readonly butSeen: ReadonlySet<number>
  readonly rows: number
  readonly asksWriters: boolean
}

/** What is looked at beside the events: it grows whenever what somebody may do has changed. */
export interface FeedLook extends Look<Seen> {
  readonly epoch: number
}

/** All SQL of the rooms; they only read. */
export class FeedStore extends Context.Service<FeedStore>()("@opsdesk/rooms/FeedStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`
      e.id, e.position, e.type, e.occurred_at, e.ticket_id, e.seq, e.actor_id, e.request_id, e.traceparent, e.audience,
      e.payload, t.requester_id, t.assignee_id, t.team_id, t.version`

    // A snapshot's own `xmax` is one beyond the last transaction that has ended: those from there on may have begun all the
    // same, and drawn positions. The counter of ids is read after the snapshot, so it is beyond all that had begun by then.
    const snapshot = sql`
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin,
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint + age(pg_snapshot_xmin(pg_current_snapshot())::xid) as next,
      (select epoch from access_epoch) as epoch`

    /** Whoever writes a table locks it so until their transaction ends. Asked of the server, whatever the snapshot. */
    const writing = sql`(
      select coalesce(array_agg(virtualtransaction), '{}') from pg_locks
      where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
        and relation = 'events'::regclass and mode = 'RowExclusiveLock' and granted)`

    /**
     * What lies beyond a position, but for what was seen, and the transactions of the same moment: one statement has one
     * snapshot.
     */
    const look = Effect.fnUntraced(function*({ after, asksWriters, butSeen, rows }: Sight) {
      const found = yield* sql`
        select s.*, e.*
        from (select ${snapshot}, ${asksWriters ? writing : sql`null::text[]`} as writers) s
        left join lateral (
          select ${columns} from events e left join tickets t on t.id = e.ticket_id
          where e.position > ${after} and e.position not in (select unnest(${[...butSeen]}::bigint[]))
          order by e.position limit ${rows}
        ) e on true
        order by e.position`
      const [{ epoch, next, writers, xmin }] = yield* decodeSnapshot(found)
      const events = yield* decodeEvents(found.filter(({ position }) => position !== null))
      const seen: FeedLook = {
        xmin,
        next,
        writers,
        epoch,
        events: events.map(toldOf),
        isCut: events.length === rows
      }
      return seen
    })

    /** The last positions, so many at most. */
    const lastPositions = Effect.fnUntraced(function*(rows: number) {
      const found = yield* sql`
        select s.*, null::text[] as writers, e.position
        from (select ${snapshot}) s
        left join lateral (select position from events order by position desc limit ${rows}) e on true
        order by e.position`
      const [{ epoch, next, writers, xmin }] = yield* decodeSnapshot(found)
      const positions = (yield* decodePositions(found)).flatMap(({ position }) => position === null ? [] : [position])
      return { xmin, next, writers, epoch, events: positions.map((position) => ({ position })), isCut: false }
    })

    const rowsOf = <E, R>(rows: Effect.Effect<ReadonlyArray<object>, E, R>) =>
      rows.pipe(
        Effect.flatMap(decodeEvents),
        Effect.map((found) => found.flatMap((row) => toldOf(row).told ?? []))
      )

    /** A ticket's events after a place, in order, whoever may hear of them. */
    const ofTicket = (id: TicketId, afterSeq: number, rows: number) =>
      rowsOf(sql`
        select ${columns} from events e join tickets t on t.id = e.ticket_id
        where e.ticket_id = ${id} and e.seq > ${afterSeq}
        order by e.seq
        limit ${rows}`)

    /** Events of all tickets from after a position up to another, in order. */
    const ofTickets = (after: number, upTo: number, rows: number) =>
      rowsOf(sql`
        select ${columns} from events e join tickets t on t.id = e.ticket_id
        where e.position > ${after} and e.position <= ${upTo}
        order by e.position
        limit ${rows}`)

    /** Whose a ticket is, and the place of its newest event. */
    const ticket = (id: TicketId) =>
      Effect.flatMap(
        sql`select requester_id, assignee_id, team_id, version, last_seq from tickets where id = ${id}`,
        decodeTickets
      )

    /** The first and the last position that are kept. */
    const bounds = Effect.flatMap(
      sql`select min(position) as first, max(position) as last from events`,
      decodeBounds
    )

    return { look, lastPositions, ofTicket, ofTickets, ticket, bounds }
  })
}) {
  static readonly layer = Layer.effect(FeedStore, FeedStore.make)
}

import { Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { EventRow } from "./envelope.ts"

/** A part of the outbox that a relay holds, and the number under which it does. */
const Lease = Schema.Struct({ partition: Schema.Int, fence: Schema.Int })
export type Lease = typeof Lease.Type

const Redelivery = Schema.Struct({
  redelivery: Schema.Int,
  queue: Schema.String,
  messageId: Schema.NullOr(Schema.String),
  messageType: Schema.NullOr(Schema.String),
  body: Schema.NullOr(Schema.String),
  event: Schema.NullOr(EventRow)
})

const decodeLeases = Schema.decodeUnknownEffect(Schema.Array(Lease))
const decodeEvents = Schema.decodeUnknownEffect(Schema.Array(EventRow))
const decodeRedeliveries = Schema.decodeUnknownEffect(Schema.Array(Redelivery))

const eventColumns =
  "e.id, e.position, e.type, e.occurred_at, e.ticket_id, e.seq, e.actor_id, e.request_id, e.traceparent, e.payload"

const partitions = 8

/** Redeliveries have one part between them: whoever holds the first part publishes them. */
export const redeliveriesPart = 0

/** All SQL about what still has to be published, and who publishes it. */
export class OutboxStore extends Context.Service<OutboxStore>()("@opsdesk/events/OutboxStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const columns = sql.literal(eventColumns)

    /** Says that a relay is there, and how many parts of the outbox are its share. */
    const appear = Effect.fnUntraced(function*(relay: string, lease: Duration.Duration) {
      const gone = sql`seen_at < now() - ${Duration.toMillis(lease)} * interval '1 ms'`
      yield* sql`delete from relays where ${gone}`
      yield* sql`
        insert into relays (id, seen_at) values (${relay}, now()) on conflict (id) do update set seen_at = now()`
      const [row] = yield* sql<{ relays: number }>`select count(*) as relays from relays`
      return Math.ceil(partitions / Math.max(1, row?.relays ?? 1))
    })

    /**
     * Keeps what a relay holds, gives back what is beyond its share, and takes what nobody holds. A part that changes
     * hands gets a new number, also when it comes back to whoever let it lapse.
     */
    const lease = Effect.fnUntraced(function*(relay: string, share: number, time: Duration.Duration) {
      yield* sql`
        update relay_leases set holder = null, expires_at = '-infinity'
        where partition in (
          select partition from relay_leases where holder = ${relay} and expires_at > now()
          order by partition offset ${share})`
      return yield* Effect.flatMap(
        sql`
          update relay_leases l set holder = ${relay},
            fence = case when l.holder = ${relay} and l.expires_at > now() then l.fence else l.fence + 1 end,
            expires_at = now() + ${Duration.toMillis(time)} * interval '1 ms'
          from (
            select partition from relay_leases
            where holder = ${relay} and expires_at > now() or expires_at <= now()
            order by (holder is not distinct from ${relay}::uuid and expires_at > now()) desc, random()
            limit ${share} for update skip locked
          ) mine
          where l.partition = mine.partition
          returning l.partition, l.fence`,
        decodeLeases
      )
    })

    const leave = Effect.fnUntraced(function*(relay: string) {
      yield* sql`update relay_leases set holder = null, expires_at = '-infinity' where holder = ${relay}`
      yield* sql`delete from relays where id = ${relay}`
    })

    /**
     * The oldest events of each part, in order. Only from below the oldest transaction still running: those above are
     * not all to be seen yet, and what belongs to no ticket would be published out of order.
     */
    const due = (leases: ReadonlyArray<Lease>, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns}
          from unnest(${leases.map(({ partition }) => partition)}::smallint[]) as held(partition)
          cross join lateral (
            select o.position from outbox o
            where o.partition = held.partition and o.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            order by o.position limit ${rows}
          ) o
          cross join lateral (select * from events where position = o.position limit 1) e
          order by o.position`,
        decodeEvents
      )

    /** Held until the end of the statement: whoever wants to take a part over waits for it. */
    const stillHeld = (relay: string, leases: ReadonlyArray<Lease>) =>
      sql`
        held as (
          select l.partition from relay_leases l
          join unnest(${leases.map(({ partition }) => partition)}::smallint[],
            ${leases.map(({ fence }) => fence)}::bigint[]) as mine(partition, fence)
            on l.partition = mine.partition and l.fence = mine.fence
          where l.holder = ${relay} and l.expires_at > now()
          for share of l
        )`

    /** Ends the publishing of events; of parts that are ours no more, nothing is deleted. */
    const published = (relay: string, leases: ReadonlyArray<Lease>, positions: ReadonlyArray<number>) =>
      Effect.map(
        sql`
          with ${stillHeld(relay, leases)}
          delete from outbox o using held
          where o.position = any(${positions}::bigint[]) and o.partition = held.partition
          returning o.position`,
        (rows) => rows.length
      )

    const dueAgain = (rows: number) =>
      Effect.flatMap(
        sql`
          select r.id as redelivery, r.queue, r.message_id, r.type as message_type, r.body, ${columns}
          from redeliveries r
          left join lateral (select * from events where position = r.position limit 1) e on true
          order by r.id limit ${rows}`,
        (found) =>
          decodeRedeliveries(found.map(({ body, messageId, messageType, queue, redelivery, ...event }) => ({
            redelivery,
            queue,
            messageId,
            messageType,
            body,
            event: event["position"] === null ? null : event
          })))
      )

    const publishedAgain = (relay: string, leases: ReadonlyArray<Lease>, ids: ReadonlyArray<number>) =>
      Effect.map(
        sql`
          with ${stillHeld(relay, leases)}
          delete from redeliveries r using held
          where r.id = any(${ids}::bigint[]) and held.partition = ${redeliveriesPart}
          returning r.id`,
        (rows) => rows.length
      )

    /** How many events wait to be published, and since when the oldest does. */
    const state = Effect.map(
      sql<{ pending: number; lag: number }>`
        select count(*) as pending, coalesce(greatest(0, extract(epoch from now() - (
          select occurred_at from events where position = (select min(position) from outbox)
        ))), 0)::float8 as lag
        from outbox`,
      ([row]) => ({ pending: row?.pending ?? 0, lagSeconds: row?.lag ?? 0 })
    )

    return { appear, lease, leave, due, published, dueAgain, publishedAgain, state }
  })
}) {
  static readonly layer = Layer.effect(OutboxStore, OutboxStore.make)
}

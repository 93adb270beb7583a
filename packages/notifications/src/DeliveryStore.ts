import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { EventId, NotificationId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

/** A way on which something leaves the desk. */
export const Channel = Schema.Literals(["email", "webhook"])
export type Channel = typeof Channel.Type

/** Something that is to be sent, taken by whoever holds the fence. */
const Delivery = Schema.Struct({
  id: Schema.String,
  channel: Channel,
  eventId: EventId,
  notificationId: Schema.NullOr(NotificationId),
  /** With the try that has begun. */
  attempts: Schema.Int,
  fence: Schema.Int
})
export type Delivery = typeof Delivery.Type

const decodeDeliveries = Schema.decodeUnknownEffect(Schema.Array(Delivery))
const decodeEvents = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ ...EventEnvelope.fields, occurredAt: Schema.DateTimeUtcFromDate }))
)

/** What is to be sent of some events: mails, each for a notification, and posts, each for an event. */
export interface ToSend {
  readonly mails: ReadonlyArray<{ readonly id: NotificationId; readonly eventId: EventId }>
  readonly posts: ReadonlyArray<EventId>
}

/** What has come of a delivery in the end. */
export interface Settled {
  readonly delivery: Delivery
  readonly state: "sent" | "dropped" | "dead"
}

/** All SQL about what is to be sent. */
export class DeliveryStore extends Context.Service<DeliveryStore>()("@opsdesk/notifications/DeliveryStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const insert = ({ mails, posts }: ToSend, at: DateTime.Utc) =>
      sql`
        insert into notification_deliveries (id, channel, event_id, notification_id, next_at)
        select gen_random_uuid(), d.channel, d.event_id, d.notification_id, ${DateTime.toDateUtc(at)}
        from (
          select 'email', * from unnest(
            ${mails.map(({ eventId }) => eventId)}::uuid[], ${mails.map(({ id }) => id)}::uuid[])
          union all
          select 'webhook', event_id, null from unnest(${posts}::uuid[]) as event_id
        ) as d(channel, event_id, notification_id)
        on conflict on constraint notification_deliveries_once do nothing`.pipe(Effect.asVoid)

    /**
     * What was given up of some events is to be sent again, with all of its tries. Every channel is named, so that the index
     * of what is sent once leads there: without, each batch of events would read all that was ever sent.
     */
    const revive = (eventIds: ReadonlyArray<EventId>, at: DateTime.Utc) =>
      sql`
        update notification_deliveries
        set state = 'waiting', attempts = 0, next_at = ${DateTime.toDateUtc(at)}, settled_at = null
        where channel = any(${Channel.literals}::text[]) and event_id = any(${eventIds}::uuid[]) and state = 'dead'`
        .pipe(Effect.asVoid)

    /**
     * Takes what is due on a channel, and counts a try. Nobody else gets it until the lease ends or it is settled; then a
     * slower holder settles nothing any more.
     */
    const claim = (channel: Channel, at: DateTime.Utc, rows: number, leaseSeconds: number) =>
      Effect.flatMap(
        sql`
          with due as (
            select id from notification_deliveries
            where channel = ${channel} and state = 'waiting' and next_at <= ${DateTime.toDateUtc(at)}
              and (lease_until is null or lease_until < clock_timestamp())
            order by next_at
            limit ${rows}
            for update skip locked
          )
          update notification_deliveries d
          set attempts = d.attempts + 1, fence = d.fence + 1,
            lease_until = clock_timestamp() + ${leaseSeconds}::integer * interval '1 second'
          from due where d.id = due.id
          returning d.id, d.channel, d.event_id, d.notification_id, d.attempts, d.fence`,
        decodeDeliveries
      )

    const events = (ids: ReadonlyArray<EventId>) =>
      Effect.flatMap(
        sql`
          select id, position, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent, payload
          from events
          where id = any(${ids}::uuid[])`,
        decodeEvents
      )

    /** Only for who still holds them: says how many they do. */
    const settle = (settled: ReadonlyArray<Settled>, error: string | null, at: DateTime.Utc) =>
      sql`
        update notification_deliveries d
        set state = s.state, error = ${error}, settled_at = ${DateTime.toDateUtc(at)}, lease_until = null
        from unnest(
          ${settled.map(({ delivery }) => delivery.id)}::uuid[],
          ${settled.map(({ delivery }) => delivery.fence)}::bigint[],
          ${settled.map(({ state }) => state)}::text[]
        ) as s(id, fence, state)
        where d.id = s.id and d.fence = s.fence and d.state = 'waiting'
        returning d.id`.pipe(Effect.map((rows) => rows.length))

    /** Only for who still holds it. */
    const postpone = ({ fence, id }: Delivery, error: string, until: DateTime.Utc) =>
      sql`
        update notification_deliveries
        set error = ${error}, next_at = ${DateTime.toDateUtc(until)}, lease_until = null
        where id = ${id} and fence = ${fence} and state = 'waiting'`.pipe(Effect.asVoid)

    return { insert, revive, claim, events, settle, postpone }
  })
}) {
  static readonly layer = Layer.effect(DeliveryStore, DeliveryStore.make)
}

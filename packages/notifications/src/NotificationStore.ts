import { EventId, NotificationId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import type { Reason } from "./Notification.ts"
import { Notification } from "./Notification.ts"

const decodeNotifications = Schema.decodeUnknownEffect(Schema.Array(Notification))
const decodeNew = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: NotificationId, eventId: EventId })))
const decodeAssignees = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ id: EventId, known: Schema.Boolean, assigneeId: Schema.NullOr(UserId) }))
)

/** One person who hears of one event; the rest of the row is the event's. */
export interface Heard {
  readonly id: NotificationId
  readonly eventId: EventId
  readonly userId: UserId
  readonly reason: Reason
  readonly ticketNumber: number
  readonly ticketTitle: string
}

/** All SQL about what people were told. */
export class NotificationStore extends Context.Service<NotificationStore>()(
  "@opsdesk/notifications/NotificationStore",
  {
    make: Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient

      const columns = sql`
        n.id, n.type, n.reason, n.ticket_id, n.ticket_number, n.ticket_title, n.event_id, n.actor_id, n.at, n.read_at,
        n.user_id`

      const own = (userId: UserId, read: boolean | undefined): Statement.Fragment =>
        sql.and([
          sql`n.user_id = ${userId}`,
          ...(read === undefined ? [] : [read ? sql`n.read_at is not null` : sql`n.read_at is null`])
        ])

      /** The newest first. */
      const page = (userId: UserId, read: boolean | undefined, before: string | null, rows: number) =>
        Effect.flatMap(
          sql`
            select ${columns} from notifications n
            where ${own(userId, read)} and ${before === null ? sql`true` : sql`n.id < ${before}::uuid`}
            order by n.id desc
            limit ${rows}`,
          decodeNotifications
        )

      const count = (userId: UserId, read: boolean | undefined, upTo: number) =>
        Effect.map(
          sql<{ count: number }>`
            select count(*) as count from (
              select from notifications n where ${own(userId, read)} limit ${upTo}
            ) counted`,
          ([row]) => row?.count ?? 0
        )

      /** Keeps when it was read first. */
      const read = (userId: UserId, id: NotificationId, at: DateTime.Utc) =>
        Effect.flatMap(
          sql`
            update notifications n set read_at = coalesce(n.read_at, ${DateTime.toDateUtc(at)})
            where n.id = ${id} and n.user_id = ${userId}
            returning ${columns}`,
          decodeNotifications
        )

      const byIds = (ids: ReadonlyArray<NotificationId>) =>
        Effect.flatMap(
          sql`select ${columns} from notifications n where n.id = any(${ids}::uuid[])`,
          decodeNotifications
        )

      /**
       * Who had the ticket once an event had happened: whom the latest assignment up to it names, else from whom the next one
       * took it. Not known where the ticket never changed hands.
       */
      const assigneesThen = (eventIds: ReadonlyArray<EventId>) =>
        Effect.flatMap(
          sql`
            select e.id, coalesce(given.known, taken.known, false) as known,
              case when given.known then given.assignee_id else taken.assignee_id end as assignee_id
            from events e
            left join lateral (
              select true as known, (a.payload ->> 'to')::uuid as assignee_id from events a
              where a.ticket_id = e.ticket_id and a.seq <= e.seq and a.type = 'ticket.assigned'
              order by a.seq desc limit 1
            ) given on true
            left join lateral (
              select true as known, (a.payload ->> 'from')::uuid as assignee_id from events a
              where a.ticket_id = e.ticket_id and a.seq > e.seq and a.type = 'ticket.assigned'
              order by a.seq limit 1
            ) taken on true
            where e.id = any(${eventIds}::uuid[])`,
          decodeAssignees
        )

      /** Writes down who hears of what, each once however often it is said, and gives what is new. */
      const insert = (heard: ReadonlyArray<Heard>) =>
        Effect.flatMap(
          sql`
            insert into notifications (id, user_id, event_id, type, ticket_id, ticket_number, ticket_title, reason,
              actor_id, at)
            select h.id, h.user_id, e.id, e.type, e.ticket_id, h.ticket_number, h.ticket_title, h.reason, e.actor_id,
              e.occurred_at
            from unnest(
              ${heard.map(({ id }) => id)}::uuid[],
              ${heard.map(({ eventId }) => eventId)}::uuid[],
              ${heard.map(({ userId }) => userId)}::uuid[],
              ${heard.map(({ reason }) => reason)}::text[],
              ${heard.map(({ ticketNumber }) => ticketNumber)}::integer[],
              ${heard.map(({ ticketTitle }) => ticketTitle)}::text[]
            ) as h(id, event_id, user_id, reason, ticket_number, ticket_title)
            join events e on e.id = h.event_id
            on conflict on constraint notifications_event_id_user_id_key do nothing
            returning id, event_id`,
          decodeNew
        )

      return { page, count, read, byIds, assigneesThen, insert }
    })
  }
) {
  static readonly layer = Layer.effect(NotificationStore, NotificationStore.make)
}

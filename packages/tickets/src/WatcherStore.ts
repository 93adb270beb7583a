import type { TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Concerned, Watcher } from "./Watcher.ts"

const decodeConcerned = Schema.decodeUnknownEffect(Schema.Array(Concerned))
const decodeWatchers = Schema.decodeUnknownEffect(Schema.Array(Watcher))

/** All SQL about who watches a ticket. */
export class WatcherStore extends Context.Service<WatcherStore>()("@opsdesk/tickets/WatcherStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const one = (ticketId: TicketId, userId: UserId) =>
      Effect.flatMap(
        sql`
          select ticket_id, user_id, since from ticket_watchers where ticket_id = ${ticketId} and user_id = ${userId}`,
        decodeWatchers
      )

    const page = (ticketId: TicketId, after: string | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ticket_id, user_id, since from ticket_watchers
          where ticket_id = ${ticketId} and ${after === null ? sql`true` : sql`user_id > ${after}::uuid`}
          order by user_id
          limit ${rows}`,
        decodeWatchers
      )

    const count = (ticketId: TicketId, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (
            select from ticket_watchers where ticket_id = ${ticketId} limit ${upTo}
          ) counted`,
        ([row]) => row?.count ?? 0
      )

    const insert = (watcher: Watcher) =>
      sql`
        insert into ticket_watchers (ticket_id, user_id, since)
        values (${watcher.ticketId}, ${watcher.userId}, ${DateTime.toDateUtc(watcher.since)})`.pipe(Effect.asVoid)

    const remove = (ticketId: TicketId, userId: UserId) =>
      Effect.asVoid(sql`delete from ticket_watchers where ticket_id = ${ticketId} and user_id = ${userId}`)

    const concerned = (ids: ReadonlyArray<TicketId>) =>
      Effect.flatMap(
        sql`
          select t.id, t.number, t.title, t.requester_id, t.assignee_id, t.team_id,
            coalesce((select jsonb_agg(
                        jsonb_build_object('userId', w.user_id, 'since', (extract(epoch from w.since) * 1000)::bigint)
                        order by w.since, w.user_id)
                      from ticket_watchers w where w.ticket_id = t.id), '[]') as watchers
          from tickets t
          where t.id = any(${ids}::uuid[])`,
        decodeConcerned
      )

    return { concerned, one, page, count, insert, remove }
  })
}) {
  static readonly layer = Layer.effect(WatcherStore, WatcherStore.make)
}

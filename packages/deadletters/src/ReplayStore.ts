import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** All SQL about giving a consumer past events again. */
export class ReplayStore extends Context.Service<ReplayStore>()("@opsdesk/deadletters/ReplayStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const typesOf = (consumer: string) =>
      Effect.map(
        sql<{ types: ReadonlyArray<string> }>`select types from consumers where name = ${consumer}`,
        ([row]) => row?.types ?? null
      )

    /** Queues the next so many events from a position on; answers with how many, and the last one's position. */
    const queueFrom = (queue: string, from: number, rows: number) =>
      Effect.map(
        sql<{ count: number; last: number | null }>`
          with again as (
            insert into redeliveries (queue, position)
            select ${queue}::text, position from events where position >= ${from} order by position limit ${rows}
            returning position
          )
          select count(*) as count, max(position) as last from again`,
        ([row]) => ({ count: row?.count ?? 0, last: row?.last ?? null })
      )

    const forget = (consumer: string, from: number, to: number) =>
      sql`
        delete from inbox i using events e
        where i.consumer = ${consumer} and i.event_id = e.id and i.state = 'settled'
          and e.position between ${from} and ${to}`

    return { typesOf, queueFrom, forget }
  })
}) {
  static readonly layer = Layer.effect(ReplayStore, ReplayStore.make)
}

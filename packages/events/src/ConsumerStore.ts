import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** All SQL about who acts on events. */
export class ConsumerStore extends Context.Service<ConsumerStore>()("@opsdesk/events/ConsumerStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** Whoever comes for the first time waits for nothing that happened before. Its queue must be there already. */
    const register = (name: string, types: ReadonlyArray<string>) =>
      sql`
        insert into consumers (name, from_position, types)
        select ${name}, coalesce(max(position), 0), ${types}::text[] from events
        on conflict (name) do update set types = excluded.types where consumers.types <> excluded.types`

    return { register }
  })
}) {
  static readonly layer = Layer.effect(ConsumerStore, ConsumerStore.make)
}

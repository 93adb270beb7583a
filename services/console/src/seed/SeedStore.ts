import { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const decodeAccounts = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ email: Schema.String, passwordHash: Schema.String }))
)
const decodeIds = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: UserId })))

/** What the seed has to know that no desk tells: what it has made already. */
export class SeedStore extends Context.Service<SeedStore>()("@opsdesk/console/SeedStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /**
     * Runs an effect once on this database, however often and by however many it is asked for: the mark that it is done
     * commits with all that it did. Its own transactions become parts of this one.
     */
    const once = Effect.fnUntraced(function*<A, E, R>(name: string, effect: Effect.Effect<A, E, R>) {
      // Others wait for all of it here, longer than daily work may wait for a lock.
      yield* sql`select set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)`
      yield* sql`select pg_advisory_xact_lock(hashtext(${`seeds:${name}`}))`
      const [done] = yield* sql`select from seeds where name = ${name}`
      if (done !== undefined) return false
      yield* effect
      const at = DateTime.toDateUtc(yield* DateTime.now)
      yield* sql`insert into seeds (name, at) values (${name}, ${at})`
      return true
    }, sql.withTransaction)

    const idByEmail = (email: string) =>
      Effect.flatMap(sql`select id from users where lower(email) = lower(${email})`, decodeIds)

    const idByTeam = (name: string) =>
      Effect.map(sql<{ id: string }>`select id from teams where lower(name) = lower(${name})`, ([row]) => row?.id)

    /**
     * What this transaction has told is nobody's news on a desk that is new: whoever acts on events comes later and need
     * not act on a past that was made up. On a desk at work it is published like everything else, as others wait for it.
     */
    const keepQuiet = sql`
      delete from outbox where transaction_id = pg_current_xact_id() and not exists (select from consumers)`

    /** Those of some addresses who can sign in with a password. */
    const openAccounts = (emails: ReadonlyArray<string>) =>
      Effect.flatMap(
        sql`
          select email, password_hash from users
          where lower(email) = any(${emails}::text[]) and active and password_hash is not null
          order by email`,
        decodeAccounts
      )

    return { once, idByEmail, idByTeam, keepQuiet, openAccounts }
  })
}) {
  static readonly layer = Layer.effect(SeedStore, SeedStore.make)
}

import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"
import { SqlClient } from "effect/sql"
import { Settings } from "./Settings.ts"

/** Where the database is: for its owner, who migrates it, and for the programs, who only work in it. */
export class Database extends Context.Service<Database, {
  readonly ownerUrl: Redacted.Redacted<string>
  readonly programUrl: Redacted.Redacted<string>
}>()("@opsdesk/stack/Database") {}

/**
 * The embedded server's programs sign in as a role that owns nothing, so that none of them can change the record of what
 * happened. It gets another password at each start: nothing to keep, nothing to steal.
 */
const letProgramsIn = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const password = Hex.encode(yield* random.randomBytes(32))
  const [role] = yield* sql`select from pg_roles where rolname = 'opsdesk_app'`
  yield* sql`${sql.literal(role === undefined ? "create" : "alter")} role opsdesk_app login password ${
    sql.literal(`'${password}'`)
  }`.unprepared
  return password
})

const Embedded = Layer.effect(
  Database,
  Effect.gen(function*() {
    const { adminUrl } = yield* EmbeddedPostgres
    const password = yield* letProgramsIn.pipe(Effect.provide(PostgresOwner(adminUrl)))
    const url = new URL(Redacted.value(adminUrl))
    url.username = "opsdesk_app"
    url.password = password
    return Database.of({ ownerUrl: adminUrl, programUrl: Redacted.make(url.href) })
  })
)

/** The database that the settings name, or an embedded one. */
export const DatabaseFromSettings = Layer.unwrap(Effect.gen(function*() {
  const settings = yield* Settings
  return Option.match(settings.databaseUrl, {
    onNone: () => Embedded.pipe(Layer.provide(EmbeddedPostgres.layer({ dataDir: settings.dataDir }))),
    onSome: (url) => Layer.succeed(Database, { ownerUrl: url, programUrl: url })
  })
}))

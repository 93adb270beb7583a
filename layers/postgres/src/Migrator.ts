import { Data, Effect, Schema } from "effect"
import { Digest } from "effect/crypto"
import { Hex } from "effect/encoding"
import { SqlClient } from "effect/sql"
import { statementsOf } from "./statements.ts"

/** A file of `migrations/`: `0001_people.sql`. */
export interface Migration {
  readonly name: string
  readonly text: string
}

/** One clear line for whoever migrates. */
export class MigrationRefused extends Data.TaggedError("MigrationRefused")<{ readonly message: string }> {}

const Applied = Schema.Array(Schema.Struct({ name: Schema.String, checksum: Schema.String }))
const decodeApplied = Schema.decodeUnknownEffect(Applied)

/** Any number will do, as long as nobody else on the database uses it: "opsdesk" in ASCII, cut to 63 bits. */
const lock = "31369677229618027"

const checksumOf = Effect.fnUntraced(function*(migration: Migration) {
  const digest = yield* Digest.Digest
  const bytes = yield* Effect.orDie(digest.digest(Digest.sha256, new TextEncoder().encode(migration.text)))
  return Hex.encode(bytes)
})

const readApplied = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.flatMap(sql`select name, checksum from schema_migrations order by name`, decodeApplied)
})

/** What is still to be applied, or why the database and the files cannot belong together. */
const pendingOf = Effect.fnUntraced(function*(
  migrations: ReadonlyArray<Migration>,
  applied: typeof Applied.Type
) {
  for (const { checksum, name } of applied) {
    const file = migrations.find((migration) => migration.name === name)
    if (file === undefined) {
      return yield* new MigrationRefused({
        message: `the database has migration ${name}, which this version does not know: it is of a newer version`
      })
    }
    if ((yield* checksumOf(file)) !== checksum) {
      return yield* new MigrationRefused({
        message: `migrations/${name} has changed since it was applied; put it back and write a new one`
      })
    }
  }
  const names = new Set(applied.map(({ name }) => name))
  const pending = migrations.filter(({ name }) => !names.has(name))
  const newest = applied.at(-1)?.name ?? ""
  const late = pending.find(({ name }) => name < newest)
  if (late !== undefined) {
    return yield* new MigrationRefused({
      message: `migrations/${late.name} sorts before ${newest}, which is applied already; number it after that`
    })
  }
  return pending
})

/** Applies the next pending migration whole, or nothing; the lock makes runners take turns. */
const applyNext = Effect.fnUntraced(function*(migrations: ReadonlyArray<Migration>) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`select pg_advisory_xact_lock(${sql.literal(lock)})`
  yield* sql`
    create table if not exists schema_migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz(3) not null default now()
    )`
  const [next] = yield* pendingOf(migrations, yield* readApplied)
  if (next === undefined) return null
  for (const statement of statementsOf(next.text)) yield* sql.unsafe(statement).unprepared
  yield* sql`insert into schema_migrations (name, checksum) values (${next.name}, ${yield* checksumOf(next)})`
  return next.name
})

/**
 * Brings the schema up to date and says what was applied. Each file is one transaction together with the row that
 * records it, so a kill at any point leaves whole files only; runners that meet wait for each other.
 */
export const migrate = Effect.fn("Migrator.migrate")(function*(migrations: ReadonlyArray<Migration>) {
  const sql = yield* SqlClient.SqlClient
  const applied: Array<string> = []
  for (;;) {
    const name = yield* sql.withTransaction(applyNext(migrations))
    if (name === null) return applied
    applied.push(name)
  }
})

/** Null when the schema is the one that this version was written for, else one line that says what is the matter. */
export const schemaTrouble = Effect.fnUntraced(function*(migrations: ReadonlyArray<Migration>) {
  const sql = yield* SqlClient.SqlClient
  const [table] = yield* sql<{ there: boolean }>`select to_regclass('schema_migrations') is not null as there`
  if (table?.there !== true) return "the database has no schema yet: run `pnpm db:migrate`"
  return yield* pendingOf(migrations, yield* readApplied).pipe(
    Effect.map((pending) =>
      pending.length === 0 ? null : `the database lacks ${pending.length} migration(s): run \`pnpm db:migrate\``
    ),
    Effect.catchTag("MigrationRefused", (refused) => Effect.succeed(refused.message))
  )
})

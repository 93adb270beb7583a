import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Effect } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { Database } from "./Database.ts"

/** Brings the database up to date, as its owner; says which migrations were applied. */
export const migrateDatabase = Effect.gen(function*() {
  const { ownerUrl } = yield* Database
  return yield* migrate(yield* migrationFiles).pipe(
    Effect.provide([PostgresOwner(ownerUrl), Digest.layerWebCrypto])
  )
})

/** Empties the database: everything in it is dropped, to be made anew by a migration. */
export const emptyDatabase = Effect.gen(function*() {
  const { ownerUrl } = yield* Database
  yield* Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`drop schema public cascade`
    yield* sql`create schema public`
  }).pipe(Effect.provide(PostgresOwner(ownerUrl)))
})

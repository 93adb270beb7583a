import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { databaseUrl } from "./TestDatabase.ts"

/** What a stopped desk has left in its folder, as the database's owner sees it. */
export const EmbeddedRows = (dataDir: string) =>
  Layer.unwrap(Effect.map(EmbeddedPostgres, ({ adminUrl }) => PostgresOwner(adminUrl))).pipe(
    Layer.provide(EmbeddedPostgres.layer({ dataDir }))
  )

/** A database with nothing in it, not even a schema, on the tests' server; gone with the scope. */
export const emptyDatabase = (server: string, name: string) => {
  const onServer = (statement: string) =>
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement).unprepared).pipe(
      Effect.provide(PostgresOwner(Redacted.make(databaseUrl(server, "postgres")))),
      Effect.orDie
    )
  return Effect.as(
    Effect.acquireRelease(onServer(`create database ${name}`), () => onServer(`drop database ${name} with (force)`)),
    databaseUrl(server, name)
  )
}

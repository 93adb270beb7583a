import { assert, layer } from "@effect/vitest"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Effect } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { emptyDatabase, ownedDatabase } from "./fixtures/databases.ts"
import { rightsOfPrograms } from "./fixtures/rights.ts"

layer(Digest.layerWebCrypto, { excludeTestServices: true })("an owner who is nobody else on the server", (it) => {
  it.effect("migrates, and lets in the programs' role that is there already, as far as the superuser would", () =>
    Effect.gen(function*() {
      const files = yield* migrationFiles
      const migrated = Effect.gen(function*() {
        assert.deepStrictEqual(yield* migrate(files), files.map(({ name }) => name))
        return yield* rightsOfPrograms
      })
      const rights = yield* Effect.provide(migrated, PostgresOwner(yield* ownedDatabase()))
      assert.deepStrictEqual(rights, yield* Effect.provide(migrated, PostgresOwner(yield* emptyDatabase())))
      assert.deepInclude(rights, { name: "tickets", rights: ["INSERT", "SELECT", "UPDATE"] })
      assert.deepInclude(rights, { name: "audit_log", rights: ["INSERT", "SELECT"] })
      assert.deepInclude(rights, { name: "schema_migrations", rights: ["SELECT"] })
    }))

  it.effect("owns what was made, and nobody else may change the schema", () =>
    Effect.gen(function*() {
      const url = yield* ownedDatabase()
      yield* Effect.gen(function*() {
        yield* migrate(yield* migrationFiles)
        const sql = yield* SqlClient.SqlClient
        const [others] = yield* sql<{ count: number }>`
          select count(*)::int as count from pg_class
          where relnamespace = 'public'::regnamespace and relowner <> current_user::regrole`
        assert.deepStrictEqual(others, { count: 0 })
        const [may] = yield* sql`select has_schema_privilege('opsdesk_app', 'public', 'create') as may`
        assert.deepStrictEqual(may, { may: false })
      }).pipe(Effect.provide(PostgresOwner(url)))
    }))
})

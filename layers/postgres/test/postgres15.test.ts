import { assert, layer } from "@effect/vitest"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate, schemaTrouble } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Postgres15 } from "@opsdesk/testkit/Postgres15"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { journalContract } from "../../../packages/capabilities/test/contracts/JournalContract.ts"
import { keyringContract } from "../../../packages/capabilities/test/contracts/KeyringContract.ts"
import { transactionContract } from "../../../packages/capabilities/test/contracts/TransactionContract.ts"
import { catalog } from "./fixtures/catalog.ts"
import { emptyDatabase, ownedDatabase } from "./fixtures/databases.ts"
import { rightsOfPrograms } from "./fixtures/rights.ts"

/** 18 keeps `not null` as constraints too, where both have it with the column, and owners have a right more (`m`). */
const as15 = (lines: ReadonlyArray<string>) =>
  lines.filter((line) => !/^constraint .* NOT NULL /.test(line)).map((line) =>
    line.replaceAll("=arwdDxtm/", "=arwdDxt/")
  )

layer(Layer.mergeAll(Postgres15.bare, Digest.layerWebCrypto), { excludeTestServices: true })(
  "on a PostgreSQL 15 that knows nothing of the desk",
  (it) => {
    it.effect("an owner who may make no role migrates without the programs' role", () =>
      Effect.gen(function*() {
        const { url } = yield* Postgres15
        yield* Effect.gen(function*() {
          const files = yield* migrationFiles
          const sql = yield* SqlClient.SqlClient
          const version = yield* sql<
            { major: number }
          >`select current_setting('server_version_num')::int / 10000 as major`
          assert.deepStrictEqual(version, [{ major: 15 }])
          assert.deepStrictEqual(yield* migrate(files), files.map(({ name }) => name))
          assert.deepStrictEqual(yield* sql`select from pg_roles where rolname = 'opsdesk_app'`, [])
          assert.strictEqual(yield* schemaTrouble(files), null)
        }).pipe(Effect.provide(PostgresOwner(yield* ownedDatabase(url))))
      }))

    it.effect("the superuser makes that role, without a way to sign in, and migrates to the schema that 18 has", () =>
      Effect.gen(function*() {
        const { url } = yield* Postgres15
        const files = yield* migrationFiles
        const migrated = Effect.gen(function*() {
          yield* migrate(files)
          return { catalog: yield* catalog, rights: yield* rightsOfPrograms }
        })
        const on15 = PostgresOwner(yield* emptyDatabase(url))
        const here = yield* Effect.provide(migrated, on15)
        const there = yield* Effect.provide(migrated, PostgresOwner(yield* emptyDatabase()))
        assert.deepStrictEqual(here.catalog, as15(there.catalog))
        assert.deepStrictEqual(here.rights, there.rights)
        const roles = Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql`select rolcanlogin, rolsuper, rolcreaterole from pg_roles where rolname = 'opsdesk_app'`
        )
        assert.deepStrictEqual(yield* Effect.provide(roles, on15), [
          { rolcanlogin: false, rolsuper: false, rolcreaterole: false }
        ])
      }))
  }
)

layer(Postgres15.layer, { excludeTestServices: true })("on PostgreSQL 15", (it) => {
  const on15 = it.layer(Layer.unwrap(Effect.map(Postgres15, ({ url }) => TestStack("migrated", url))))
  transactionContract(on15)
  journalContract(on15)
  keyringContract(on15)
})

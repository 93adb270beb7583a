import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { PostgresOwner, PostgresSql } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/testkit/TestDatabase"
import { Cause, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Here, programUrl } from "./fixtures/programs.ts"

const Program = Layer.unwrap(
  Effect.map(
    programUrl,
    (url) => PostgresSql({ url: Redacted.make(url), applicationName: "opsdesk-here", maxConnections: 3 })
  )
)

const settings = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ name: string; setting: string }>`
    select name, current_setting(name) as setting from pg_settings
    where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'TimeZone', 'application_name')`
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
})

layer(Program.pipe(Layer.provideMerge(Here)), { excludeTestServices: true })("a program's connection", (it) => {
  it.effect("gives whole numbers as numbers, up to what a number can tell apart", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql`
        select count(*) as none, ${Number.MAX_SAFE_INTEGER}::bigint as most, -(2::bigint ^ 53)::bigint + 1 as least,
          array[1, -1]::bigint[] as list, null::bigint as nothing
        from seeds where false`
      assert.deepStrictEqual(row, {
        none: 0,
        most: 2 ** 53 - 1,
        least: 1 - 2 ** 53,
        list: [1, -1],
        nothing: null
      })
    }))

  for (const beyond of ["9007199254740992", "-9007199254740992", "9223372036854775807"]) {
    it.effect(`refuses a whole number that it would have to round: ${beyond}`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const refused = yield* Effect.flip(Effect.sandbox(sql`select ${beyond}::text::bigint as number`))
        assert.match(Cause.pretty(refused), /a bigint beyond 2\^53/)
        assert.deepStrictEqual(yield* sql`select 1 as one`, [{ one: 1 }])
      }))
  }

  it.effect("has limits for a stuck statement, a lock and a forgotten transaction, and says whose it is", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* settings, {
        statement_timeout: "5s",
        lock_timeout: "2s",
        idle_in_transaction_session_timeout: "10s",
        TimeZone: "UTC",
        application_name: "opsdesk-here"
      })
    }))

  it.effect("turns the names of columns, and leaves those in a document to whoever wrote it", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const said = { snake_case: { camelCase: [{ Even_this: 1 }] } }
      const [row] = yield* sql`select ${sql.json(said)}::jsonb as the_document, now() is not null as "is_now"`
      assert.deepStrictEqual(row, { theDocument: said, isNow: true })
      const columns = sql`select ${sql("createdAt")} from users`.compile()
      assert.deepStrictEqual(columns, ["select \"created_at\" from users", []])
    }))

  it.effect("is one of no more than the program may have", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const pids = yield* Effect.forEach(
        Array.from({ length: 12 }),
        () => Effect.map(sql<{ pid: number }>`select pg_backend_pid() as pid, pg_sleep(0.02)`, ([row]) => row?.pid),
        { concurrency: "unbounded" }
      )
      assert.isAtMost(new Set(pids).size, 3)
    }))

  it.effect("is without limits only for the owner, who migrates", () =>
    Effect.gen(function*() {
      const { ownerUrl } = yield* Database
      const found = yield* Effect.provide(settings, PostgresOwner(ownerUrl))
      assert.deepInclude(found, {
        statement_timeout: "0",
        lock_timeout: "0",
        idle_in_transaction_session_timeout: "0",
        application_name: "opsdesk-migrate"
      })
    }))
})

import { assert, layer } from "@effect/vitest"
import { Database } from "@opsdesk/stack/Database"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { compileCache } from "@opsdesk/testkit/RunningProgram"
import { TestDatabase } from "@opsdesk/testkit/TestDatabase"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-console-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** The command line as a process of its own, on the suite's database. */
const opsdesk = Effect.fnUntraced(function*(args: ReadonlyArray<string>, variables: Record<string, string> = {}) {
  const { ownerUrl } = yield* Database
  const dataDir = yield* folder
  return yield* Effect.promise(() =>
    new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
      execFile(process.execPath, [main, ...args], {
        env: {
          PATH: process.env["PATH"] ?? "",
          DATABASE_URL: Redacted.value(ownerUrl),
          OPSDESK_DATA_DIR: dataDir,
          OPSDESK_SECRET: "a secret that only tests use, long enough",
          LOG_FORMAT: "json",
          ...compileCache,
          ...variables
        }
      }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }))
    })
  )
})

const counts = asOwner(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly [table: string]: number }>`
    select (select count(*) from users) as users, (select count(*) from teams) as teams,
      (select count(*) from roles) as roles, (select count(*) from role_permissions) as grants,
      (select count(*) from tickets) as tickets, (select count(*) from messages) as messages,
      (select count(*) from events) as events, (select count(*) from audit_log) as audited`
  return row ?? {}
}))

layer(TestDatabase("migrated"), { excludeTestServices: true })("the command line", (it) => {
  it.effect("seeds the demo once, whole and consistent, however often it is asked", () =>
    Effect.gen(function*() {
      const seeded = yield* Effect.forEach([1, 2], () => opsdesk(["seed"], { OPSDESK_DEMO: "on" }), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(seeded.map(({ code }) => code), [0, 0], JSON.stringify(seeded))
      const first = yield* counts
      assert.deepInclude(first, { users: 6, teams: 2, roles: 3, tickets: 40 })
      assert.strictEqual((yield* opsdesk(["seed"], { OPSDESK_DEMO: "on" })).code, 0)
      assert.deepStrictEqual(yield* counts, first)
      const odd = yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql`
          select t.number from tickets t
          where t.status <> (select h.to_status from ticket_status_history h
                             where h.ticket_id = t.id order by h.seq desc limit 1)
            or t.last_seq <> (select count(*) from events e where e.ticket_id = t.id)
            or t.last_seq <> (select max(e.seq) from events e where e.ticket_id = t.id)
            or exists (select from messages m join events e on e.ticket_id = m.ticket_id and e.seq = m.seq
                       where m.ticket_id = t.id and e.type <> 'message.sent')`))
      assert.deepStrictEqual(odd, [])
      assert.strictEqual(first["audited"], first["events"])
    }).pipe(Effect.scoped), 120_000)

  it.effect(
    "makes the first admin once, and accounts with a password that is shown once",
    () =>
      Effect.gen(function*() {
        const admin = { OPSDESK_ADMIN_EMAIL: "root@desk.example", OPSDESK_ADMIN_PASSWORD: "a long enough one" }
        for (const _ of [1, 2]) assert.strictEqual((yield* opsdesk(["seed"], admin)).code, 0)
        const made = yield* opsdesk(["users", "create", "ops@desk.example", "--role", "agent"])
        assert.strictEqual(made.code, 0, made.stderr)
        assert.match(made.stdout, /password, shown this once, is [A-Za-z0-9_-]{24}/)
        const roles = yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql`
          select u.email, r.name from users u join user_roles ur on ur.user_id = u.id join roles r on r.id = ur.role_id
          where u.email like '%@desk.example' order by u.email`))
        assert.deepStrictEqual(roles.map(({ email, name }) => [email, name]), [
          ["ops@desk.example", "agent"],
          ["root@desk.example", "admin"]
        ])
        const again = yield* opsdesk(["users", "create", "OPS@desk.example"])
        assert.strictEqual(again.code, 1)
        assert.strictEqual(again.stderr.trim().split("\n").length, 1)
      }).pipe(Effect.scoped),
    120_000
  )

  it.effect("builds the reports anew from what the demo has told", () =>
    Effect.gen(function*() {
      const built = yield* opsdesk(["reports", "rebuild"])
      assert.deepStrictEqual(
        [built.code, built.stdout],
        [0, "built the reports anew from the events of 40 tickets\n"],
        built.stderr
      )
      const days = yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql<{ opened: number; backlog: number }>`
          select sum(opened)::int as opened, sum(backlog_change)::int as backlog from report_days`))
      const waiting = yield* asOwner(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql`select from tickets where status not in ('resolved', 'closed')`
        )
      )
      assert.deepStrictEqual(days, [{ opened: 40, backlog: waiting.length }])
    }).pipe(Effect.scoped), 120_000)

  it.effect("drops nothing that DATABASE_URL names unless it is told twice", () =>
    Effect.gen(function*() {
      const before = yield* counts
      const refused = yield* opsdesk(["reset"])
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "--yes")
      assert.deepStrictEqual(yield* counts, before)
      assert.strictEqual((yield* opsdesk(["reset", "--yes"])).code, 0)
      assert.deepInclude(yield* counts, { tickets: 0, roles: 3 })
    }).pipe(Effect.scoped), 120_000)

  it.effect(
    "is refused by a PostgreSQL that is too old, in one line and before it does anything",
    () =>
      Effect.gen(function*() {
        // Whoever looks there first takes this server for an older one.
        yield* asOwner(Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          yield* sql`create schema older`
          yield* sql`
          create function older.current_setting(text) returns text language sql
          as $$ select case $1 when 'server_version_num' then '140012' else '14.12' end $$`
        }))
        const { ownerUrl } = yield* Database
        const url = new URL(Redacted.value(ownerUrl))
        url.searchParams.set("options", "-c search_path=older,public,pg_catalog")
        const before = yield* counts
        for (const args of [["migrate"], ["reset", "--yes"], ["users", "create", "late@desk.example"]]) {
          assert.deepInclude(yield* opsdesk(args, { DATABASE_URL: url.href }), {
            code: 1,
            stderr: "opsdesk: PostgreSQL 14.12 is too old: the desk needs 15 or later\n"
          })
        }
        assert.deepStrictEqual(yield* counts, before)
      }).pipe(Effect.scoped),
    120_000
  )
})

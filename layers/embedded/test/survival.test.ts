import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  aDataDir,
  ask,
  eventually,
  openPostgres,
  recall,
  remember,
  runningDesk,
  spawnDesk,
  withPostgres
} from "./fixtures/desks.ts"

const clusterOf = (dataDir: string) => join(dataDir, "postgres/data")

const postmasterOf = (dataDir: string) =>
  Effect.promise(async () => Number.parseInt(await readFile(join(clusterOf(dataDir), "postmaster.pid"), "utf8"), 10))

describe.concurrent("EmbeddedPostgres survives", () => {
  it.live("kill -9 of its desk: the next one stops the orphaned server and has all the data", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const desk = yield* runningDesk(dataDir)
      yield* remember(desk.url)
      const orphan = yield* postmasterOf(dataDir)
      yield* desk.kill
      assert.deepStrictEqual(yield* recall(desk.url), [{ text: "kept" }], "the server goes on without its desk")

      yield* withPostgres(dataDir, ({ adminUrl }) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* recall(adminUrl), [{ text: "kept" }])
          assert.notStrictEqual(yield* postmasterOf(dataDir), orphan)
          assert.strictEqual((yield* Effect.flip(recall(desk.url)))._tag, "SqlError")
        }))
    }))

  it.live("two desks that start at once: one gets the folder, the other is told", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const desks = yield* Effect.all([spawnDesk(dataDir), spawnDesk(dataDir)])
      const answers = yield* Effect.all(desks.map((desk) => desk.answer), { concurrency: 2 })
      const winners = answers.filter((answer) => "url" in answer)
      const refusals = answers.filter((answer) => "refused" in answer)
      assert.deepStrictEqual([winners.length, refusals.length], [1, 1])
      assert.strictEqual(
        refusals[0]?.refused,
        `another desk (pid ${winners[0]?.pid}) runs on ${dataDir}; stop it, or set OPSDESK_DATA_DIR to another folder`
      )
    }))

  it.live("two desks that start at once after a kill -9: one takes over", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const first = yield* runningDesk(dataDir)
      yield* remember(first.url)
      yield* first.kill
      const desks = yield* Effect.all([spawnDesk(dataDir), spawnDesk(dataDir), spawnDesk(dataDir)])
      const answers = yield* Effect.all(desks.map((desk) => desk.answer), { concurrency: 3 })
      const winners = answers.filter((answer) => "url" in answer)
      assert.strictEqual(winners.length, 1)
      for (const { url } of winners) assert.deepStrictEqual(yield* recall(url), [{ text: "kept" }])
    }))

  it.live("kill -9 in the middle of creating the database: nothing half-made counts", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const home = join(dataDir, "postgres")
      const drafts = async () => (await readdir(home)).filter((name) => name.startsWith("new-"))
      const desk = yield* spawnDesk(dataDir)
      yield* eventually(async () => {
        const [draft = ""] = await drafts()
        return (await stat(join(home, draft, "data/PG_VERSION"))).isFile()
      })
      yield* desk.kill
      assert.strictEqual((yield* Effect.promise(drafts)).length, 1)
      assert.notInclude(yield* Effect.promise(() => readdir(home)), "data")

      yield* withPostgres(dataDir, ({ adminUrl }) => remember(adminUrl))
      assert.deepStrictEqual(yield* withPostgres(dataDir, ({ adminUrl }) => recall(adminUrl)), [{ text: "kept" }])
      assert.deepStrictEqual(yield* Effect.promise(drafts), [])
    }))

  it.live("a restart of the machine: a stale postmaster.pid that names another's process, or nothing, is no obstacle", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, ({ adminUrl }) => remember(adminUrl))
      const { gid, uid } = yield* Effect.promise(() => stat(clusterOf(dataDir)))
      // As the server's own user, for PostgreSQL takes only a process of its own user for a rival.
      const stranger = yield* Effect.acquireRelease(
        Effect.sync(() => spawn("sleep", ["600"], { cwd: "/", stdio: "ignore", uid, gid })),
        (child) => Effect.sync(() => child.kill())
      )
      const stale = `${stranger.pid}\n${
        clusterOf(dataDir)
      }\n1700000000\n5432\n\n127.0.0.1\n  1234567     98765\nready   \n`
      for (const text of [stale, ""]) {
        yield* Effect.promise(() => writeFile(join(clusterOf(dataDir), "postmaster.pid"), text))
        assert.deepStrictEqual(yield* withPostgres(dataDir, ({ adminUrl }) => recall(adminUrl)), [{ text: "kept" }])
      }
      assert.isNull(stranger.exitCode ?? stranger.signalCode, "and the stranger is left in peace")
    }))

  it.live("kill -9 of the server, with a backend that has not noticed", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const desk = yield* openPostgres(dataDir)
      yield* remember(desk.adminUrl)
      yield* ask(desk.adminUrl, "checkpoint") // this server is not durable, to be quick
      const busy = yield* ask(desk.adminUrl, "select count(*) from generate_series(1, 100000000000)").pipe(
        Effect.exit,
        Effect.forkChild
      )
      yield* ask(
        desk.adminUrl,
        "select 1 from pg_stat_activity where state = 'active' and query like '%generate_series(1,%'"
      )
        .pipe(Effect.repeat({ until: (rows) => rows.length > 1 }))
      process.kill(yield* postmasterOf(dataDir), "SIGKILL")
      yield* desk.stop
      assert.deepStrictEqual(yield* withPostgres(dataDir, ({ adminUrl }) => recall(adminUrl)), [{ text: "kept" }])
      yield* Effect.sync(() => busy.interruptUnsafe())
    }))

  it.live("a server that cannot start: the refusal quotes its log", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, () => Effect.void)
      yield* Effect.promise(() =>
        writeFile(join(clusterOf(dataDir), "postgresql.auto.conf"), "shared_buffers = '1 parsec'\n")
      )
      const { message } = yield* Effect.flip(withPostgres(dataDir, () => Effect.void))
      assert.match(message, /^PostgreSQL does not start: .*FATAL: .*postgresql\.auto\.conf" contains errors$/)
    }))
})

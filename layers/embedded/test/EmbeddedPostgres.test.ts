import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { readFile, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { aDataDir, ask, recall, remember, spawnDesk, withPostgres } from "./fixtures/desks.ts"

const passwordIn = (url: Redacted.Redacted<string>) => new URL(Redacted.value(url)).password

describe.concurrent("EmbeddedPostgres", () => {
  it.live("a desk finds its data and its password again", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const first = yield* withPostgres(dataDir, ({ adminUrl }) => Effect.as(remember(adminUrl), adminUrl))
      const rows = yield* withPostgres(dataDir, ({ adminUrl }) => {
        assert.strictEqual(passwordIn(adminUrl), passwordIn(first))
        return recall(adminUrl)
      })
      assert.deepStrictEqual(rows, [{ text: "kept" }])
      const gone = yield* Effect.flip(ask(first, "select 1"))
      assert.strictEqual(gone._tag, "SqlError")
    }))

  it.live("it is durable, speaks UTF-8 in its own locale, and lives in UTC", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, ({ adminUrl, port, version }) =>
        Effect.gen(function*() {
          const settings = yield* ask(
            adminUrl,
            `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes',
             'listen_addresses', 'port', 'unix_socket_directories', 'TimeZone', 'server_encoding', 'data_checksums',
             'server_version') order by name collate "C"`
          )
          assert.deepStrictEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
            TimeZone: "UTC",
            data_checksums: "on",
            fsync: "on",
            full_page_writes: "on",
            listen_addresses: "127.0.0.1",
            port: String(port),
            server_encoding: "UTF8",
            server_version: version,
            synchronous_commit: "on",
            unix_socket_directories: ""
          })
          assert.deepStrictEqual(
            yield* ask(
              adminUrl,
              `select current_user as me, current_database() as here, datlocprovider as provider, datlocale as locale,
               upper('straße ñ') as upper, 'Z' < 'a' as by_code_point from pg_database where datname = current_database()`
            ),
            [{
              me: "opsdesk",
              here: "opsdesk",
              provider: "b",
              locale: "C.UTF-8",
              upper: "STRAßE Ñ", // one letter to one letter
              by_code_point: true
            }]
          )
        }), { durable: true })
    }))

  it.live("nobody gets in without the password, and it is written nowhere else", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, ({ adminUrl }) =>
        Effect.gen(function*() {
          const password = passwordIn(adminUrl)
          const wrong = Redacted.make(Redacted.value(adminUrl).replace(password, "0".repeat(64)))
          assert.strictEqual((yield* Effect.flip(ask(wrong, "select 1")))._tag, "SqlError")
          yield* Effect.flip(ask(adminUrl, `alter role nobody_knows password '${password}'`))

          const front = join(dataDir, "postgres")
          const { log, mode, saved } = yield* Effect.promise(async () => ({
            saved: await readFile(join(front, "password"), "utf8"),
            mode: (await stat(join(front, "password"))).mode & 0o777,
            log: await readFile(join(front, "server.log"), "utf8")
          }))
          assert.strictEqual(saved.trim(), password)
          assert.strictEqual(password.length, 64)
          assert.strictEqual(mode, 0o600)
          assert.include(log, "nobody_knows")
          assert.notInclude(log, password)
          assert.notInclude(String(adminUrl), password)
        }))
    }))

  it.live("a lost password is replaced, and the data stays", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, ({ adminUrl }) => remember(adminUrl))
      yield* Effect.promise(() => rm(join(dataDir, "postgres/password")))
      assert.deepStrictEqual(yield* withPostgres(dataDir, ({ adminUrl }) => recall(adminUrl)), [{ text: "kept" }])
    }))

  it.live("a second desk on the folder is refused in one clear line", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      yield* withPostgres(dataDir, ({ adminUrl }) =>
        Effect.gen(function*() {
          const line =
            `another desk (pid ${process.pid}) runs on ${dataDir}; stop it, or set OPSDESK_DATA_DIR to another folder`
          const inside = yield* Effect.flip(withPostgres(dataDir, () => Effect.void))
          assert.deepStrictEqual([inside._tag, inside.message], ["EmbeddedPostgresRefused", line])
          const outside = yield* spawnDesk(dataDir)
          assert.deepStrictEqual(yield* outside.answer, { refused: line })
          assert.deepStrictEqual(yield* ask(adminUrl, "select 1 as one"), [{ one: 1 }])
        }))
    }))

  it.live("PostgreSQL 15 serves too, and 18 does not touch what 15 wrote", () =>
    Effect.gen(function*() {
      const dataDir = yield* aDataDir()
      const version = yield* withPostgres(dataDir, ({ adminUrl, version }) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* ask(adminUrl, "select upper('ñ') as upper, 'Z' < 'a' as by_code_point"), [
            { upper: "Ñ", by_code_point: true }
          ])
          return version
        }), { major: 15 })
      assert.match(version, /^15\.\d+$/)

      const { message } = yield* Effect.flip(withPostgres(dataDir, () => Effect.void))
      assert.strictEqual(
        message,
        `${dataDir}/postgres/data was written by PostgreSQL 15 and this desk brings PostgreSQL 18: `
          + "dump it with the old version and load it into a new folder, or point OPSDESK_DATA_DIR elsewhere"
      )
      yield* withPostgres(dataDir, () => Effect.void, { major: 15 })
    }))
})

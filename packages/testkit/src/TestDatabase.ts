import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/stack/Database"
import { Settings } from "@opsdesk/stack/Settings"
import { Stack } from "@opsdesk/stack/Stack"
import { ConfigProvider, Effect, Layer, Redacted, References } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inject } from "vitest"
import { aged } from "./templates.ts"

export { Database }

/** What a database can begin as: only the schema, people and teams too, or 100,000 tickets on top of those. */
export type Template = "migrated" | "peopled" | "aged"

export const databaseUrl = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** The password of `opsdesk_app` on the tests' server. */
export const programPassword = "tests-only"

const asProgram = (url: string): string => {
  const program = new URL(url)
  program.username = "opsdesk_app"
  program.password = programPassword
  return program.href
}

const onServer = <E>(server: string, effect: Effect.Effect<void, E, SqlClient.SqlClient>) =>
  effect.pipe(Effect.provide(PostgresOwner(Redacted.make(databaseUrl(server, "postgres")))), Effect.orDie)

/** The largest template takes its time and few suites need it: the first of a run that does makes it, others wait. */
const makeAged = (server: string) =>
  onServer(
    server,
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`select pg_advisory_lock(1)`
      const [there] = yield* sql`select from pg_database where datname = 'aged'`
      if (there !== undefined) return
      yield* sql`create database ageing template peopled`
      yield* Effect.provide(aged, PostgresOwner(Redacted.make(databaseUrl(server, "ageing"))))
      yield* sql`alter database ageing rename to aged`
    })
  )

/** A database of a suite's own, cloned from a template and dropped in the end. */
export const TestDatabase = (template: Template, server: string = inject("postgres")) =>
  Layer.effect(
    Database,
    Effect.gen(function*() {
      const random = yield* SecureRandom.SecureRandom
      const name = `test_${(yield* random.uuidV4()).replaceAll("-", "")}`
      const run = (statement: string) =>
        onServer(server, SqlClient.SqlClient.use((sql) => Effect.asVoid(sql.unsafe(statement).unprepared)))
      if (template === "aged") yield* makeAged(server)
      yield* Effect.acquireRelease(
        run(`create database ${name} template ${template} strategy file_copy`),
        () => run(`drop database ${name} with (force)`)
      )
      const url = databaseUrl(server, name)
      return Database.of({ ownerUrl: Redacted.make(url), programUrl: Redacted.make(asProgram(url)) })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))

/**
 * What is kept in files, one folder for each process that runs tests: in the folder of whoever runs them, their own desk would
 * find the seals of records that it has not.
 */
const files = mkdtempSync(join(tmpdir(), "opsdesk-files-"))
process.once("exit", () => rmSync(files, { recursive: true, force: true }))

/**
 * Settings as a test wants them; what is not named is as on a bare machine, but for a secret of the tests' own, and for
 * limits, which tests in a hurry would meet.
 */
export const TestSettings = (variables: Record<string, string> = {}) =>
  Settings.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({
    OPSDESK_SECRET: "a secret that only tests use, long enough",
    OPSDESK_LIMITS: "off",
    OPSDESK_DATA_DIR: files,
    ...variables
  }))))

export const Quiet = Layer.succeed(References.MinimumLogLevel, "None")

/** The real stack on a database of the suite's own. */
export const TestStack = (template: Template, server?: string, variables?: Record<string, string>) =>
  Stack("test").pipe(
    Layer.provideMerge(TestDatabase(template, server)),
    Layer.provideMerge(TestSettings(variables)),
    Layer.provideMerge(Quiet)
  )

import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/stack/Database"
import { Settings } from "@opsdesk/stack/Settings"
import { Stack } from "@opsdesk/stack/Stack"
import { ConfigProvider, Effect, Layer, Redacted, References } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { inject } from "vitest"

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

/** A database of a suite's own, cloned from a template and dropped in the end. */
export const TestDatabase = (template: Template, server: string = inject("postgres")) =>
  Layer.effect(
    Database,
    Effect.gen(function*() {
      const random = yield* SecureRandom.SecureRandom
      const name = `test_${(yield* random.uuidV4()).replaceAll("-", "")}`
      const onServer = (statement: string) =>
        Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          yield* sql.unsafe(statement).unprepared
        }).pipe(Effect.provide(PostgresOwner(Redacted.make(databaseUrl(server, "postgres")))), Effect.orDie)
      yield* Effect.acquireRelease(
        onServer(`create database ${name} template ${template} strategy file_copy`),
        () => onServer(`drop database ${name} with (force)`)
      )
      const url = databaseUrl(server, name)
      return Database.of({ ownerUrl: Redacted.make(url), programUrl: Redacted.make(asProgram(url)) })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))

/**
 * Settings as a test wants them; what is not named is as on a bare machine, but for a secret of the tests' own, and for
 * limits, which tests in a hurry would meet.
 */
export const TestSettings = (variables: Record<string, string> = {}) =>
  Settings.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({
    OPSDESK_SECRET: "a secret that only tests use, long enough",
    OPSDESK_LIMITS: "off",
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

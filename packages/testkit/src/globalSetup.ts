import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/stack/Database"
import { Stack } from "@opsdesk/stack/Stack"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import type { Reachable } from "./neighbours.ts"
import { missing, whoIsReachable } from "./neighbours.ts"
import { migrated, peopled } from "./templates.ts"
import { databaseUrl, programPassword, Quiet, TestSettings } from "./TestDatabase.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The tests' PostgreSQL, as its superuser. */
    readonly postgres: string
    /** Where the servers are that the tests do not bring along. */
    readonly reachable: Reachable
  }
}

const run = (url: string, statement: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(statement).unprepared
  }).pipe(Effect.provide(PostgresOwner(Redacted.make(url))))

/** The stack as the owner of one database, for what builds a template. */
const ownerOf = (url: string) => {
  const secret = Redacted.make(url)
  return AccessDesk.layer.pipe(
    Layer.provideMerge(Stack("templates")),
    Layer.provideMerge(Layer.succeed(Database, { ownerUrl: secret, programUrl: secret })),
    Layer.provideMerge(TestSettings()),
    Layer.provideMerge(Quiet)
  )
}

/** Makes the templates that most suites clone their databases from: the second is made of the first. */
export const makeTemplates = Effect.fnUntraced(function*(server: string) {
  const admin = databaseUrl(server, "postgres")
  const at = (name: string) => databaseUrl(server, name)
  yield* run(admin, `create role opsdesk_app login password '${programPassword}'`)
  yield* run(admin, "create database migrated")
  yield* migrated.pipe(Effect.provide([PostgresOwner(Redacted.make(at("migrated"))), Digest.layerWebCrypto]))
  yield* run(admin, "create database peopled template migrated")
  yield* Effect.provide(peopled, ownerOf(at("peopled")))
})

/** One server for all suites of a run: a real PostgreSQL 18 that forgets everything in the end. */
export default async function globalSetup(project: TestProject) {
  const reachable = await whoIsReachable()
  for (const line of missing(reachable)) console.warn(line)
  project.provide("reachable", reachable)
  const dataDir = await mkdtemp(join(tmpdir(), "opsdesk-tests-"))
  // Run as root, the server has a user of its own, who must be able to pass.
  await chmod(dataDir, 0o711)
  const scope = Scope.makeUnsafe()
  const server = await Effect.runPromise(
    Layer.build(EmbeddedPostgres.layer({ dataDir, durable: false })).pipe(
      Effect.flatMap((context) => Effect.provide(EmbeddedPostgres, context)),
      Effect.tap(({ adminUrl }) => makeTemplates(Redacted.value(adminUrl))),
      Scope.provide(scope)
    )
  )
  project.provide("postgres", Redacted.value(server.adminUrl))
  return async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await rm(dataDir, { recursive: true, force: true })
  }
}

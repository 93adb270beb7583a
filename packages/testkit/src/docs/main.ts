import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { runProcess } from "@opsdesk/stack/runProgram"
import { Data, Effect, Layer, References } from "effect"
import { Digest } from "effect/crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { catalog } from "./catalog.ts"
import { outdated, root } from "./documents.ts"

class Outdated extends Data.TaggedError("Outdated")<{ readonly message: string }> {}

/** A database that has just been made, for as long as somebody looks at it. */
const migratedCatalog = Effect.gen(function*() {
  const dataDir = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-docs-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  const owner = Layer.unwrap(Effect.map(EmbeddedPostgres, ({ adminUrl }) => PostgresOwner(adminUrl)))
  return yield* Effect.flatMap(migrationFiles, migrate).pipe(
    Effect.andThen(catalog),
    Effect.provide(owner.pipe(Layer.provide(EmbeddedPostgres.layer({ dataDir, durable: false }))))
  )
}).pipe(Effect.scoped, Effect.provide(Digest.layerWebCrypto))

const print = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const check = process.argv.includes("--check")

runProcess(
  Effect.gen(function*() {
    const changed = outdated(yield* migratedCatalog)
    if (check && changed.length > 0) {
      return yield* new Outdated({
        message: `not up to date, run pnpm docs: ${changed.map(({ path }) => path).join(", ")}`
      })
    }
    for (const { path, text } of changed) {
      yield* Effect.promise(() => writeFile(root + path, text))
      yield* print(`wrote ${path}`)
    }
  }).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
)

import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { Context, Effect, Layer, Redacted } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeTemplates } from "./globalSetup.ts"
import { Quiet } from "./TestDatabase.ts"

const scratchFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "opsdesk-tests-15-"))
    // Run as root, the server has a user of its own, who must be able to pass.
    await chmod(folder, 0o711)
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** The oldest PostgreSQL that the desk promises to run on, for a suite that asks for it. */
export class Postgres15 extends Context.Service<Postgres15, {
  /** As its superuser. */
  readonly url: string
}>()("@opsdesk/testkit/Postgres15") {
  /** With nothing in it: no database of ours, no role. */
  static readonly bare = Layer.effect(
    Postgres15,
    Effect.map(EmbeddedPostgres, ({ adminUrl }) => Postgres15.of({ url: Redacted.value(adminUrl) }))
  ).pipe(
    Layer.provide(
      Layer.unwrap(
        Effect.map(scratchFolder, (dataDir) => EmbeddedPostgres.layer({ dataDir, major: 15, durable: false }))
      )
    ),
    Layer.provide(Quiet)
  )

  /** With the templates that `TestDatabase` clones from. */
  static readonly layer = Layer.effectDiscard(Effect.flatMap(Postgres15, ({ url }) => makeTemplates(url))).pipe(
    Layer.provideMerge(Postgres15.bare)
  )
}

import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/stack/Database"
import { Context, Effect, Exit, Layer, Redacted, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { execFile } from "node:child_process"
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { promisify } from "node:util"
import { makeTemplates } from "./globalSetup.ts"
import { databaseUrl, programPassword, Quiet } from "./TestDatabase.ts"
import type { Way } from "./wayTo.ts"
import { wayTo } from "./wayTo.ts"

const run = promisify(execFile)

const scratchFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "opsdesk-tests-own-"))
    // Run as root, the server has a user of its own, who must be able to pass.
    await chmod(folder, 0o711)
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const start = Effect.fnUntraced(function*(dataDir: string) {
  const scope = yield* Scope.make()
  // Durable, unlike the server that all suites share: what it has acknowledged must survive its death.
  const context = yield* Layer.buildWithScope(EmbeddedPostgres.layer({ dataDir }), scope)
  const { adminUrl, port } = Context.get(context, EmbeddedPostgres)
  const folder = yield* Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ folder: string }>`select current_setting('data_directory') as folder`
    return row?.folder ?? ""
  }).pipe(Effect.provide(PostgresOwner(adminUrl)))
  const pidFile = yield* Effect.promise(() => readFile(join(folder, "postmaster.pid"), "utf8"))
  return { url: Redacted.value(adminUrl), port, pid: Number.parseInt(pidFile, 10), stop: Scope.close(scope, Exit.void) }
})

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The server and all that it has started: each is a group of its own. */
const family = Effect.fnUntraced(function*(pid: number) {
  const { stdout } = yield* Effect.promise(() => run("ps", ["-A", "-o", "pid=,ppid="]))
  const children = stdout.trim().split("\n").flatMap((line) => {
    const [child, parent] = line.trim().split(/\s+/).map(Number)
    return parent === pid && child !== undefined ? [child] : []
  })
  return [pid, ...children]
})

/** A PostgreSQL of the suite's own, with the people of the tests, which the suite may take away and give back. */
export class OwnPostgres extends Context.Service<OwnPostgres, {
  /** Dies on the spot, as if its machine had lost power. */
  readonly die: Effect.Effect<void>
  /** Is started again, and found at the same address. */
  readonly comeBack: Effect.Effect<void>
  /** Is there, takes calls, and does nothing. */
  readonly freeze: Effect.Effect<void>
  readonly thaw: Effect.Effect<void>
  /** The network between it and the programs. */
  readonly way: Way
}>()("@opsdesk/testkit/OwnPostgres") {
  static readonly layer = Layer.effectContext(Effect.gen(function*() {
    const dataDir = yield* scratchFolder
    let server = yield* Effect.orDie(start(dataDir))
    yield* Effect.addFinalizer(() => Effect.suspend(() => server.stop))
    yield* makeTemplates(server.url)
    const way = yield* wayTo(server.port)

    const signal = (name: NodeJS.Signals) =>
      Effect.gen(function*() {
        for (const pid of yield* family(server.pid)) if (isThere(pid)) process.kill(pid, name)
      })
    const url = new URL(databaseUrl(server.url, "peopled"))
    url.port = String(way.port)
    const program = new URL(url)
    program.username = "opsdesk_app"
    program.password = programPassword

    // A frozen server cannot be stopped.
    yield* Effect.addFinalizer(() => signal("SIGCONT"))
    const own = OwnPostgres.of({
      way,
      // SIGQUIT: an immediate shutdown. Nothing is said to anybody, and the next start recovers.
      die: Effect.suspend(() => {
        const { pid } = server
        process.kill(pid, "SIGQUIT")
        return Effect.sync(() => isThere(pid)).pipe(
          Effect.repeat({ schedule: Schedule.spaced("20 millis"), while: (there) => there }),
          Effect.asVoid
        )
      }),
      comeBack: Effect.gen(function*() {
        yield* server.stop
        server = yield* Effect.orDie(start(dataDir))
        way.leadTo(server.port)
      }),
      freeze: signal("SIGSTOP"),
      thaw: signal("SIGCONT")
    })
    return Context.make(OwnPostgres, own).pipe(
      Context.add(Database, { ownerUrl: Redacted.make(url.href), programUrl: Redacted.make(program.href) })
    )
  })).pipe(Layer.provide(Quiet))
}

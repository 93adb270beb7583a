import { Data, Deferred, Effect, Option, Schedule } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { cannot, type EmbeddedPostgresRefused, refuse } from "./EmbeddedPostgresRefused.ts"
import { clearOrphans, shutDown, type Workplace } from "./orphans.ts"
import type { Place } from "./place.ts"
import { spawnOptions } from "./runCommand.ts"
import { openServerLog, type ServerLog } from "./serverLog.ts"

export interface ServerOptions extends Workplace {
  readonly place: Place
  readonly durable: boolean
}

/** Somebody took the port between choice and bind, or an earlier server's memory is still in use: both pass. */
class NotYet extends Data.TaggedError("NotYet")<{ readonly line: string }> {}

const anotherGo = Schedule.spaced("250 millis").pipe(Schedule.upTo({ duration: "10 seconds" }))

/** The port of a server that is ready, and that the scope will stop. */
export const startServer = (options: ServerOptions) =>
  tryStart(options).pipe(
    Effect.retry({ schedule: anotherGo, while: (error) => error._tag === "NotYet" }),
    Effect.catchTag("NotYet", ({ line }) => refuse(`PostgreSQL does not start: ${line}`))
  )

const tryStart = Effect.fnUntraced(function*(options: ServerOptions) {
  yield* clearOrphans(options)
  const port = yield* freePort
  const log = yield* openServerLog(options.place)
  const before = yield* pidFile(options.data)
  const server = yield* Effect.acquireRelease(launch(options, port, log), stop(options))

  const endedEarly = Effect.gen(function*() {
    const how = yield* Deferred.await(server.ended)
    const { text, verdict } = yield* log.sinceOpened
    const line = verdict ?? how
    return passes.test(text) ? yield* new NotYet({ line }) : yield* refuse(`PostgreSQL does not start: ${line}`)
  })
  const ready = pidFile(options.data).pipe(
    Effect.repeat({
      schedule: Schedule.spaced("20 millis"),
      until: (text) => text !== before && saysReady(text, server.child.pid, port)
    })
  )
  // Redoing what a crash interrupted may take its time: to give up would be to begin the same work again.
  const longer = Effect.gen(function*() {
    const { text } = yield* log.sinceOpened
    if (!/was interrupted|automatic recovery/.test(text)) return false
    yield* Effect.logInfo(`PostgreSQL is recovering from a crash; see ${log.path}`)
    return true
  })
  const tooLong = Effect.sleep("30 seconds").pipe(
    Effect.andThen(longer),
    Effect.repeat({ while: (yes) => yes, times: 20 }),
    Effect.andThen(log.sinceOpened),
    Effect.flatMap(({ verdict }) => refuse(`PostgreSQL is not ready in time: ${verdict ?? `see ${log.path}`}`))
  )
  yield* Effect.raceAllFirst([ready, endedEarly, tooLong])

  yield* Deferred.await(server.ended).pipe( // stopped by us, it ends only after this watch has
    Effect.flatMap((how) => Effect.logError(`PostgreSQL has stopped by itself (${how}); see ${log.path}`)),
    Effect.forkScoped
  )
  return port
})

const passes =
  /could not bind|shared memory block .* still in use|lock file "postmaster\.pid" (already exists|is empty)/

/** On the command line, so that no file in the cluster and no ALTER SYSTEM says otherwise. None of it is secret. */
const settings = (port: number, durable: boolean) => {
  const committed = durable ? "on" : "off"
  return Object.entries({
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    fsync: committed,
    synchronous_commit: committed,
    full_page_writes: committed,
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C", // we read the log, see `passes`
    log_destination: "stderr",
    logging_collector: "off",
    log_min_error_statement: "panic" // a statement that fails may hold a secret: a role's password
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}

interface Server {
  readonly child: ChildProcess
  /** How it ended, in words. */
  readonly ended: Deferred.Deferred<string>
}

/** In a session of its own: Ctrl-C in the terminal is for the desk, which drains, and stops its server last. */
const launch = ({ as, binaries, data, durable }: ServerOptions, port: number, log: ServerLog) =>
  Effect.try({
    try: (): Server => {
      const child = spawn(binaries.postgres, ["-D", data, ...settings(port, durable)], {
        ...spawnOptions(as),
        detached: true,
        stdio: ["ignore", log.fd, log.fd]
      })
      const ended = Deferred.makeUnsafe<string>()
      const end = (how: string) => Deferred.doneUnsafe(ended, Effect.succeed(how))
      child.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`))
      child.once("error", (cause) => end(cause.message))
      child.unref() // a desk that ends without its finalizers must not hang on the server; the next one stops it
      return { child, ended }
    },
    catch: (cause) => cannot(`run ${binaries.postgres}`, cause)
  })

const stop = (options: ServerOptions) => ({ child, ended }: Server) =>
  Effect.gen(function*() {
    const { pid } = child
    if (pid === undefined) return
    const left = (limit: "10 seconds" | "6 seconds") =>
      Deferred.await(ended).pipe(Effect.interruptible, Effect.timeoutOption(limit), Effect.map(Option.isSome))
    if (yield* Deferred.isDone(ended)) return
    yield* shutDown(options, "fast", [pid])
    if (yield* left("10 seconds")) return
    yield* Effect.logWarning(
      "PostgreSQL does not stop within 10 seconds: stopping it at once, to recover at the next start"
    )
    yield* shutDown(options, "immediate", [pid])
    if (yield* left("6 seconds")) return
    yield* Effect.sync(() => child.kill("SIGKILL"))
    yield* left("6 seconds")
  })

const pidFile = (data: string) =>
  Effect.promise(() => readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined))

/** Ours by pid and port: after a restart of the machine or the container a stale file may well name our pid. */
const saysReady = (text: string | undefined, pid: number | undefined, port: number) => {
  const lines = text?.split("\n") ?? []
  return lines[0] === String(pid) && lines[3] === String(port) && lines[7]?.trim() === "ready"
}

/** Free now; whoever takes it before PostgreSQL does costs us another go. */
const freePort = Effect.callback<number, EmbeddedPostgresRefused>((resume) => {
  const probe = createServer()
  probe.once("error", (cause) => resume(Effect.fail(cannot("find a free port on 127.0.0.1", cause))))
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    probe.close(() =>
      resume(
        address === null || typeof address === "string"
          ? refuse("cannot find a free port on 127.0.0.1")
          : Effect.succeed(address.port)
      )
    )
  })
})

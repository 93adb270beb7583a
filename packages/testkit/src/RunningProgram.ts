import { Effect, Schedule } from "effect"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** A durable PostgreSQL waits for the disk, and a busy disk can take its time. */
export const patience = 120_000

/** As the scripts have it: what was compiled once is not compiled anew by each of many programs. */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url))
}

/** A port that nobody listens on just now. */
export const freePort = Effect.promise(() =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => typeof address === "object" && address !== null ? resolve(address.port) : reject(address))
    })
  })
)

export const scratchFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "opsdesk-desk-"))
    // Run as root, the embedded server has a user of its own, who must be able to pass.
    await chmod(folder, 0o711)
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

export interface Program {
  readonly child: ChildProcess
  readonly output: () => { readonly stdout: string; readonly stderr: string }
  /** Its exit code, or the signal that ended it. */
  readonly ended: Effect.Effect<number | string>
}

/** A program as a process of its own, killed with the scope if it still runs. */
export const run = Effect.fnUntraced(function*(
  file: string,
  args: ReadonlyArray<string>,
  variables: Record<string, string>,
  command: {
    readonly file: string
    readonly args: ReadonlyArray<string>
    /** In a process group of its own, as a shell would start it. */
    readonly detached?: boolean
  } = { file: process.execPath, args: [] }
) {
  const printed = { stdout: "", stderr: "" }
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(command.file, [...command.args, file, ...args], {
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: process.env["HOME"] ?? "",
          LOG_FORMAT: "json",
          ...compileCache,
          ...variables
        },
        stdio: ["ignore", "pipe", "pipe"],
        detached: command.detached ?? false
      })
    ),
    (running) =>
      Effect.promise(() =>
        new Promise<void>((resolve) => {
          if (running.exitCode !== null || running.signalCode !== null) return resolve()
          running.once("exit", () => resolve())
          if (!running.kill("SIGTERM")) resolve()
        })
      )
  )
  child.stdout.on("data", (chunk) => void (printed.stdout += chunk))
  child.stderr.on("data", (chunk) => void (printed.stderr += chunk))
  const over = new Promise<number | string>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"))
  )
  const program: Program = { child, output: () => ({ ...printed }), ended: Effect.promise(() => over) }
  return program
})

export const statusOf = (url: string): Effect.Effect<number> =>
  Effect.promise(() =>
    fetch(url, { signal: AbortSignal.timeout(10_000) }).then(async (answer) => {
      await answer.arrayBuffer()
      return answer.status
    }, () => 0)
  )

/** Waits until an address answers with a status; dies with what the program said if it ends before. */
export const untilStatus = (url: string, status: number, program: Program) =>
  Effect.gen(function*() {
    const now = yield* statusOf(url)
    if (program.child.exitCode !== null) {
      return yield* Effect.die(new Error(`ended with ${program.child.exitCode}: ${JSON.stringify(program.output())}`))
    }
    if (now !== status) return yield* Effect.fail(now)
  }).pipe(
    Effect.retry(Schedule.spaced("50 millis")),
    Effect.timeoutOrElse({
      duration: "60 seconds",
      orElse: () => Effect.die(new Error(`never answered ${status} at ${url}: ${JSON.stringify(program.output())}`))
    })
  )

import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { cannot, type EmbeddedPostgresRefused } from "./EmbeddedPostgresRefused.ts"

/** Someone other than root, because PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Not the desk's own environment: that holds its secrets, and libpq's PG* variables would steer the server. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: [process.env["PATH"], "/usr/sbin", "/sbin", "/usr/bin", "/bin"].filter(Boolean).join(
    process.platform === "win32" ? ";" : ":"
  ),
  LC_ALL: "C",
  TZ: "UTC",
  ...(process.platform === "win32" ? { SystemRoot: process.env["SystemRoot"], TEMP: process.env["TEMP"] } : {})
})

/**
 * How every child starts. `cwd` is the root because the desk's own folder may be closed to the server's user, and
 * PostgreSQL insists on finding its way back. spawn cannot name supplementary groups, and need not: with `uid` both
 * libuv and Deno call setgroups(0), so the child keeps none of root's and gets none of its own.
 */
export const spawnOptions = (as: ServerUser | undefined) => ({
  cwd: "/",
  env: environment(),
  windowsHide: true,
  ...(as === undefined ? {} : { uid: as.uid, gid: as.gid })
})

/** Runs a command to its end; an interruption ends it first. What is secret goes in by `input`, never as an argument. */
export const runCommand = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly as?: ServerUser | undefined; readonly input?: string | undefined } = {}
) =>
  Effect.callback<Outcome, EmbeddedPostgresRefused>((resume) => {
    const errand = `run ${command}${options.as === undefined ? "" : ` as user ${options.as.uid}`}`
    let child: ChildProcess
    try {
      child = spawn(command, [...args], spawnOptions(options.as))
    } catch (cause) { // some refusals (no permission to change the user) are thrown, others arrive as an event
      return resume(Effect.fail(cannot(errand, cause)))
    }
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout += text)
    child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr += text)
    child.stdin?.on("error", () => {}) // it may end before it has read everything; its exit code tells
    child.stdin?.end(options.input)
    child.once("error", (cause) => resume(Effect.fail(cannot(errand, cause))))
    child.once("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    return Effect.callback<void>((done) => {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return done(Effect.void)
      child.once("exit", () => done(Effect.void))
      child.kill()
    })
  })

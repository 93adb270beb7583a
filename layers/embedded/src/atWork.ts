import { Effect } from "effect"
import { readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import { runCommand, type ServerUser } from "./runCommand.ts"

/** A process of PostgreSQL at work in a data folder. */
export interface AtWork {
  readonly pid: number
  /** The one that answers signals for all; a backend alone has outlived it, and leaves when it notices. */
  readonly leader: boolean
}

/** Who is at work in a data folder that exists. */
export const atWorkIn = (data: string, as: ServerUser | undefined) =>
  process.platform === "linux"
    ? byWorkingFolder(data, as)
    : process.platform === "win32"
    ? byPidFile(data)
    : byArguments(data)

/**
 * PostgreSQL works in its data folder: the same folder, that is, by whatever path, after a rename or in another
 * container. Looked at as the server's user, since even root may not look at another user's processes (Docker).
 * A shell of the operator's in that folder is not meant.
 */
const search = `
cd -- "$1" || exit 1
for about in /proc/[0-9]*; do
  [ "$about/cwd" -ef . ] || continue
  read -r name < "$about/comm" && [ "$name" = postgres ] && echo "\${about#/proc/}"
done 2> /dev/null
exit 0`

const byWorkingFolder = Effect.fnUntraced(function*(data: string, as: ServerUser | undefined) {
  const { code, stderr, stdout } = yield* runCommand("/bin/sh", ["-c", search, "sh", data], { as })
  if (code !== 0) return yield* refuse(`cannot look for servers on ${data}: ${stderr.trim().split("\n", 1)[0]}`)
  return yield* Effect.forEach(
    stdout.split("\n").filter((line) => line !== ""),
    (pid) =>
      Effect.promise(() => readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "")).pipe(
        Effect.map((line): AtWork => ({ pid: Number(pid), leader: line.split("\0").includes("-D") }))
      )
  )
})

const byArguments = (data: string) =>
  Effect.map(
    runCommand("ps", ["-axww", "-o", "pid=,command="]),
    ({ stdout }) =>
      stdout.split("\n").flatMap((line): ReadonlyArray<AtWork> => {
        const [, pid, command] = /^\s*(\d+)\s+(.*?) -D /.exec(line) ?? []
        return command !== undefined && basename(command) === "postgres" && `${line} `.includes(` -D ${data} `)
          ? [{ pid: Number(pid), leader: true }]
          : []
      })
  )

const byPidFile = Effect.fnUntraced(function*(data: string) {
  const text = yield* ifThere("read postmaster.pid", () => readFile(join(data, "postmaster.pid"), "utf8"))
  const pid = Number.parseInt(text ?? "", 10)
  return (yield* isPostgres(pid)) ? [{ pid, leader: true }] : []
})

export const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Some PostgreSQL, on whatever folder. */
export const isPostgres = Effect.fnUntraced(function*(pid: number) {
  if (!isAlive(pid)) return false
  const { stdout } = yield* process.platform === "win32"
    ? runCommand("tasklist", ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"])
    : runCommand("ps", ["-o", "comm=", "-p", String(pid)])
  return /postgres(\.exe)?"?\s*(,|$)/m.test(stdout)
})

import { type Duration, Effect, Option, Schedule } from "effect"
import { readFile, stat, unlink } from "node:fs/promises"
import { join } from "node:path"
import { type AtWork, atWorkIn, isAlive, isPostgres } from "./atWork.ts"
import type { Binaries } from "./binaries.ts"
import { ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import { runCommand, type ServerUser } from "./runCommand.ts"

export interface Workplace {
  readonly data: string
  readonly binaries: Binaries
  readonly as: ServerUser | undefined
}

/**
 * Whoever is still at work in the folder has outlived its desk, for we own the folder now: it is asked to leave before
 * a new server starts.
 */
export const clearOrphans = Effect.fnUntraced(function*(place: Workplace) {
  if ((yield* ifThere(`look at ${place.data}`, () => stat(place.data))) === undefined) return
  const found = yield* atWorkIn(place.data, place.as)
  if (found.length > 0) yield* dismiss(place, found)
  yield* clearPidFile(place.data)
})

const dismiss = Effect.fnUntraced(function*(place: Workplace, found: ReadonlyArray<AtWork>) {
  const leaders = found.filter(({ leader }) => leader)
  yield* Effect.logWarning(
    `stopping what an earlier desk left running on ${place.data} (pid ${pidsOf(found).join(", ")})`
  )
  yield* shutDown(place, "fast", pidsOf(leaders))
  // Backends without a leader should be leaving already; one deep in a calculation has not noticed, and need not finish.
  if (yield* gone(place, leaders.length > 0 ? "10 seconds" : "2 seconds")) return
  yield* shutDown(place, "immediate", pidsOf(yield* atWorkIn(place.data, place.as)))
  if (yield* gone(place, "6 seconds")) return
  const left = pidsOf(yield* atWorkIn(place.data, place.as)).join(", ")
  yield* refuse(`a PostgreSQL that an earlier desk started (pid ${left}) does not leave ${place.data}; stop it by hand`)
})

const pidsOf = (found: ReadonlyArray<AtWork>) => found.map(({ pid }) => pid)

const gone = ({ as, data }: Workplace, limit: Duration.Input) =>
  atWorkIn(data, as).pipe(
    Effect.repeat({ schedule: Schedule.spaced("50 millis"), until: (found) => found.length === 0 }),
    Effect.timeoutOption(limit),
    Effect.map(Option.isSome)
  )

/**
 * A stale `postmaster.pid` PostgreSQL sorts out itself, and finds by it memory that is still in use: so it stays,
 * unless its pid has become somebody else's, whom PostgreSQL would take for a rival.
 */
const clearPidFile = Effect.fnUntraced(function*(data: string) {
  const file = join(data, "postmaster.pid")
  const text = yield* ifThere(`read ${file}`, () => readFile(file, "utf8"))
  if (text === undefined) return
  const pid = Math.abs(Number.parseInt(text, 10)) // negative when it worked without a server
  if (isAlive(pid) && process.platform !== "linux" && (yield* isPostgres(pid))) { // on Linux we know all who work here
    return yield* refuse(
      `${file} names a running PostgreSQL (pid ${pid}); stop it, or remove the file if it is another's`
    )
  }
  if (Number.isNaN(pid) || isAlive(pid)) yield* ifThere(`remove ${file}`, () => unlink(file))
})

/** Windows knows no signals to a stranger; there pg_ctl speaks to the server by name. */
export const shutDown = ({ binaries, data }: Workplace, how: "fast" | "immediate", pids: ReadonlyArray<number>) =>
  process.platform === "win32"
    ? Effect.ignore(runCommand(binaries.pg_ctl, ["stop", "-D", data, "-m", how, "-W"]))
    : Effect.sync(() => {
      for (const pid of pids) {
        try {
          process.kill(pid, how === "fast" ? "SIGINT" : "SIGQUIT")
        } catch { // it left by itself
        }
      }
    })

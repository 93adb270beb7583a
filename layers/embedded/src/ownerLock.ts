import { Effect, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import { readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { attempt, cannot, EmbeddedPostgresRefused, ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import type { Place } from "./place.ts"

/** Two who ask in the same instant can see each other and both step back; a short uneven wait lets one of them in. */
const anotherTry = Schedule.spaced("40 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 8 }))

/**
 * One desk per folder. The lock is the kernel's, on an empty SQLite file (Node has no flock of its own): it cannot be
 * held twice, it is gone the moment its process is, even by kill -9, and no reused pid or foreign pid namespace (two
 * containers on one volume) can confuse it. The file itself stays: to remove a lock file is to invite a second owner.
 * Nobody in this process may open it besides SQLite, for closing a file drops the process's locks on it.
 */
export const ownFolder = Effect.fnUntraced(function*(place: Place) {
  const pidFile = join(place.home, "owner.pid")
  yield* Effect.acquireRelease(
    lock(join(place.home, "owner.lock"), place).pipe(
      Effect.retry({ schedule: anotherTry, while: (error) => error === taken }),
      Effect.catchIf((error) => error === taken, () => Effect.flatMap(ownerOf(pidFile), occupied(place)))
    ),
    (database) => Effect.sync(() => database.close())
  )
  yield* Effect.acquireRelease(
    writePid(pidFile, place),
    () => Effect.ignore(attempt("forget the owner", () => rm(pidFile, { force: true })))
  )
})

const taken = new EmbeddedPostgresRefused({ message: "the folder has an owner" })

const lock = (path: string, place: Place) =>
  Effect.try({
    try: () => {
      const database = new DatabaseSync(path)
      try {
        database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE") // no second file: nothing is ever written
        return database
      } catch (cause) {
        database.close()
        throw cause
      }
    },
    catch: (cause) =>
      cause instanceof Error && /locked|busy/.test(cause.message) ? taken : cannot(`lock ${path}`, cause)
  }).pipe(Effect.tap(() => place.handOver(path)))

const writePid = Effect.fnUntraced(function*(path: string, place: Place) {
  const draft = `${path}.${randomUUID()}`
  yield* attempt(`write ${path}`, async () => {
    await writeFile(draft, `${process.pid}\n`, { flag: "wx", mode: 0o644 })
    await rename(draft, path)
  })
  yield* place.handOver(path)
})

/** Only for the message: who holds the lock is the kernel's business. */
const ownerOf = (pidFile: string) =>
  ifThere("read the owner", () => readFile(pidFile, "utf8")).pipe(
    Effect.orElseSucceed(() => undefined),
    Effect.map((text) => text?.trim())
  )

const occupied = (place: Place) => (pid: string | undefined) =>
  refuse(
    `another desk${
      pid ? ` (pid ${pid})` : ""
    } runs on ${place.dataDir}; stop it, or set OPSDESK_DATA_DIR to another folder`
  )

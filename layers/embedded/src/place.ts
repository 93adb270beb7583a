import { Effect } from "effect"
import { mkdir, readlink, realpath, stat, symlink } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { attempt, codeOf, type EmbeddedPostgresRefused, ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import { handOverTo, iAmRoot, makeFolder } from "./folders.ts"
import type { ServerUser } from "./runCommand.ts"
import { canEnter, chooseServerUser } from "./serverUser.ts"
import { shelteredHome, shelteredHomeOf } from "./shelter.ts"

/** Where everything stands, and as whom the server runs there. */
export interface Place {
  /** The folder that the operator named. */
  readonly dataDir: string
  /** `<dataDir>/postgres`: the password, the log, and the cluster or the link to it. */
  readonly front: string
  /** Where the cluster really is, beside the lock on it: `front`, or a folder in root's shelter. */
  readonly home: string
  /** Undefined: as ourselves. */
  readonly as: ServerUser | undefined
  /** What root creates in an ordinary user's folder becomes that user's. */
  readonly handOver: (path: string) => Effect.Effect<void, EmbeddedPostgresRefused>
}

/**
 * The folders that root creates can be entered (0711) but not read by the server's user, who is another one;
 * an ordinary user's are closed to all others.
 */
export const findPlace = Effect.fnUntraced(function*(named: string) {
  const wanted = resolve(named)
  const mode = iAmRoot() ? 0o711 : 0o700
  yield* attempt(`create the folder ${dirname(wanted)}`, () => mkdir(dirname(wanted), { recursive: true }))
  yield* makeFolder(wanted, mode)
  const dataDir = yield* attempt(`find ${wanted}`, () => realpath(wanted))
  const front = join(dataDir, "postgres")
  yield* makeFolder(front, mode)
  const { as, home } = iAmRoot() ? yield* homeForRoot(dataDir, front) : yield* homeForMe(front)
  return { dataDir, front, home, as, handOver: handOverTo(home) } satisfies Place
})

const homeForMe = Effect.fnUntraced(function*(front: string) {
  const owner = yield* ownerOf(join(front, "data"))
  if (owner !== undefined && process.getuid !== undefined && owner.uid !== process.getuid()) {
    return yield* refuse(
      `the database in ${front} belongs to user ${owner.uid}; start the desk as that user or as root, or set OPSDESK_DATA_DIR to another folder`
    )
  }
  return { as: undefined, home: front }
})

const homeForRoot = Effect.fnUntraced(function*(dataDir: string, front: string) {
  const data = join(front, "data")
  const link = yield* attempt(`read the link ${data}`, () =>
    readlink(data).catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT" || codeOf(cause) === "EINVAL") return undefined
      throw cause
    }))
  const sheltered = link === undefined ? undefined : yield* shelteredHomeOf(link)
  if (sheltered !== undefined) return { as: yield* userOf(sheltered), home: sheltered }

  const as = yield* userOf(front)
  if (yield* canEnter(front, as)) return { as, home: front }
  if ((yield* ownerOf(data)) !== undefined) {
    return yield* refuse(
      `user ${as.uid}, who owns the database in ${front}, cannot enter that folder; move it to where that user can`
    )
  }
  const home = yield* shelteredHome(dataDir)
  yield* attempt(`link ${data} to ${home}`, () =>
    symlink(join(home, "data"), data).catch((cause: unknown) => {
      if (codeOf(cause) !== "EEXIST") throw cause // another desk, starting in the same instant, made the same link
    }))
  yield* Effect.logInfo(`the server's user cannot enter ${front}: the database is in ${home}`)
  return { as: yield* userOf(home), home }
})

/** A cluster that exists says by its owner whom the server must run as. */
const userOf = Effect.fnUntraced(function*(home: string) {
  const data = join(home, "data")
  const owner = yield* ownerOf(data)
  if (owner?.uid === 0) {
    return yield* refuse(
      `the database in ${data} belongs to root, as which PostgreSQL refuses to run; chown -R it to an ordinary user`
    )
  }
  return owner ?? (yield* chooseServerUser)
})

const ownerOf = (data: string) =>
  Effect.map(
    ifThere(`look at ${data}`, () => stat(data)),
    (found): ServerUser | undefined => found === undefined ? undefined : { uid: found.uid, gid: found.gid }
  )

import { Effect } from "effect"
import { createHash } from "node:crypto"
import { lstat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { attempt, ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import { makeFolder, makeRootFolder, vetRootFolder } from "./folders.ts"

/**
 * Where root keeps what the server's user must reach while the desk's own folders are closed to it (/root, say):
 * `binaries/` and `clusters/<hash of the data folder's path>/`.
 */
const lasting = process.platform === "darwin" ? "/Library/Application Support/opsdesk" : "/var/lib/opsdesk"

/** The last resort of a read-only system: it is swept, and anyone can take the name first (then we refuse). */
const passing = () => join(tmpdir(), "opsdesk-root")

export const makeShelter = Effect.fnUntraced(function*(errand: "binaries" | "clusters") {
  const found = yield* makeFolder(lasting, 0o755).pipe(
    Effect.as(lasting),
    Effect.catch(() =>
      Effect.logWarning(`${lasting} cannot be created: keeping ${errand} in ${passing()}, which may be swept`).pipe(
        Effect.andThen(vetSticky(dirname(passing()))),
        Effect.andThen(makeFolder(passing(), 0o711)),
        Effect.as(passing())
      )
    )
  )
  yield* vetRootFolder(found)
  return yield* makeRootFolder(join(found, errand), errand === "binaries" ? 0o755 : 0o711)
})

/** Others may add to it, but not rename what root has put there. */
const vetSticky = Effect.fnUntraced(function*(path: string) {
  const { mode, uid } = yield* attempt(`look at ${path}`, () => lstat(path))
  if (uid === 0 && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0)) return
  yield* refuse(
    `neither ${lasting} nor ${path} is a safe place for the database; make one of them writable by root alone`
  )
})

/** The path is the name, so that a folder whose link is lost finds its cluster again. */
export const shelteredHome = Effect.fnUntraced(function*(dataDir: string) {
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 16)
  return yield* makeRootFolder(join(yield* makeShelter("clusters"), name), 0o711)
})

/** The home that a link leads to, when it is one that we made: a folder that was moved takes its link along. */
export const shelteredHomeOf = Effect.fnUntraced(function*(target: string) {
  const home = dirname(target)
  const clusters = dirname(home)
  const ours = basename(target) === "data" && [lasting, passing()].some((place) => clusters === join(place, "clusters"))
  if (!ours) return undefined
  if ((yield* ifThere(`look at ${home}`, () => lstat(home))) === undefined) {
    return yield* refuse(
      `the database was in ${home}, which is gone; restore it, or remove the link to it to begin anew`
    )
  }
  for (const folder of [dirname(clusters), clusters, home]) yield* vetRootFolder(folder)
  return home
})

import { Effect } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { chown, mkdir, open, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Binaries, Major } from "./binaries.ts"
import { attempt, ifThere, refuse } from "./EmbeddedPostgresRefused.ts"
import { syncFolder, writeDurably } from "./folders.ts"
import type { Place } from "./place.ts"
import { runCommand } from "./runCommand.ts"

export interface ClusterOptions {
  readonly place: Place
  readonly binaries: Binaries
  readonly major: Major
  readonly durable: boolean
}

/** The cluster as it is, or a new one, and its password. Nobody else is at it: we own the folder. */
export const openCluster = Effect.fnUntraced(function*(options: ClusterOptions) {
  const { major, place } = options
  const data = join(place.home, "data")
  yield* sweep(place)
  const version = yield* ifThere(`read the version of ${data}`, () => readFile(join(data, "PG_VERSION"), "utf8"))
  if (version === undefined) {
    const found = yield* ifThere(`look into ${data}`, () => readdir(data))
    if (found !== undefined && found.length > 0) {
      return yield* refuse(`${data} is no PostgreSQL database (it has no PG_VERSION); move it away`)
    }
    const password = (yield* readPassword(place)) ?? (yield* savePassword(place, newPassword()))
    yield* initialize(options, password)
    return { data: yield* realPathOf(data), password }
  }
  if (version.trim() !== String(major)) {
    return yield* refuse(
      `${data} was written by PostgreSQL ${version.trim()} and this desk brings PostgreSQL ${major}: `
        + "dump it with the old version and load it into a new folder, or point OPSDESK_DATA_DIR elsewhere"
    )
  }
  const real = yield* realPathOf(data)
  return { data: real, password: (yield* readPassword(place)) ?? (yield* replacePassword(options, real)) }
})

const realPathOf = (data: string) => attempt(`find ${data}`, () => realpath(data))

/** Built aside and renamed when complete, so that a kill in the middle leaves nothing that counts as a cluster. */
const initialize = (options: ClusterOptions, password: string) =>
  Effect.acquireUseRelease(
    makeDraft(options.place, password),
    (draft) => build(options, draft),
    (draft) => removeDraft(options.place, draft)
  )

const makeDraft = Effect.fnUntraced(function*({ as, home }: Place, password: string) {
  const draft = join(home, `new-${randomUUID()}`)
  yield* attempt(`create ${draft}`, async () => {
    const pwfile = join(draft, "password")
    await mkdir(draft, { mode: 0o700 })
    await writeFile(pwfile, password, { flag: "wx", mode: 0o600 })
    if (as === undefined) return
    await chown(pwfile, as.uid, as.gid)
    await chown(draft, as.uid, as.gid) // last: from here on the folder is another user's
  })
  return draft
})

const build = Effect.fnUntraced(function*(options: ClusterOptions, draft: string) {
  const { binaries, durable, major, place } = options
  const data = join(draft, "data")
  const { code, stderr, stdout } = yield* runCommand(binaries.initdb, [
    `--pgdata=${data}`,
    "--username=opsdesk",
    `--pwfile=${join(draft, "password")}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    ...locale(major),
    "--data-checksums",
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"])
  ], { as: place.as })
  if (code !== 0) {
    return yield* refuse(
      `cannot create the database: ${lastLine(stderr) ?? lastLine(stdout) ?? `initdb ended with ${code}`}`
    )
  }
  yield* single(options, data, "CREATE DATABASE opsdesk OWNER opsdesk;")
  yield* attempt(`put the database at ${place.home}/data`, async () => {
    await rename(data, join(place.home, "data"))
    if (durable) await syncFolder(place.home)
  })
})

/**
 * The same everywhere, whatever locales the machine has: text sorts by code point, case and letters are Unicode's.
 * Before 17 there is no locale of PostgreSQL's own, so 15 borrows the one every system has for the letters.
 */
const locale = (major: Major) =>
  major >= 17
    ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    : ["--locale=C", `--lc-ctype=${{ darwin: "UTF-8", win32: "C" }[String(process.platform)] ?? "C.UTF-8"}`]

/** A statement without a server, and so without a port, a password or an argument that others could read. */
const single = Effect.fnUntraced(function*({ binaries, durable, place }: ClusterOptions, data: string, sql: string) {
  const { code, stderr } = yield* runCommand(binaries.postgres, [
    "--single",
    "-D",
    data,
    ...(durable ? [] : ["-F"]),
    "-c",
    "exit_on_error=on",
    "-c",
    "log_min_error_statement=panic",
    "postgres"
  ], { as: place.as, input: `${sql}\n` })
  if (code !== 0) yield* refuse(`cannot prepare the database: ${lastLine(stderr) ?? `postgres ended with ${code}`}`)
})

const passwordFile = (place: Place) => join(place.front, "password")

const newPassword = () => randomBytes(32).toString("hex")

const readPassword = (place: Place) =>
  ifThere(`read ${passwordFile(place)}`, async () => {
    const file = await open(passwordFile(place), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    return (await file.readFile("utf8").finally(() => file.close())).trim() || undefined
  })

const savePassword = Effect.fnUntraced(function*(place: Place, password: string) {
  const path = passwordFile(place)
  yield* writeDurably(path, `${path}.new-${randomUUID()}`, `${password}\n`)
  yield* place.handOver(path)
  return password
})

/** Lost with the folder in front of a sheltered cluster, perhaps. Changed before it is saved: a kill between costs nothing. */
const replacePassword = Effect.fnUntraced(function*(options: ClusterOptions, data: string) {
  yield* Effect.logWarning(`${passwordFile(options.place)} is missing: the database gets a new password`)
  const password = newPassword()
  yield* single(options, data, `ALTER ROLE opsdesk PASSWORD '${password}';`)
  return yield* savePassword(options.place, password)
})

/** What starts that were cut short left behind. */
const sweep = Effect.fnUntraced(function*(place: Place) {
  const names = yield* attempt(`read ${place.home}`, () => readdir(place.home))
  for (const name of names.filter((name) => name.startsWith("new-"))) yield* removeDraft(place, join(place.home, name))
})

/** As the user it belongs to: root removing what another user can rearrange meanwhile could be led astray. */
const removeDraft = ({ as }: Place, draft: string) =>
  Effect.ignore(
    as === undefined
      ? attempt(`remove ${draft}`, () => rm(draft, { recursive: true, force: true, maxRetries: 5 }))
      : Effect.andThen(
        runCommand("/bin/rm", ["-rf", "--", join(draft, "data"), join(draft, "password")], { as }),
        attempt(`remove ${draft}`, () => rmdir(draft))
      )
  )

const lastLine = (text: string) => text.trim().split("\n").findLast((line) => line.trim() !== "")

import { Clock, Effect, Result } from "effect"
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type Binaries, movedTo, versionOf } from "./binaries.ts"
import { attempt, codeOf } from "./EmbeddedPostgresRefused.ts"
import { syncFolder } from "./folders.ts"
import type { ServerUser } from "./runCommand.ts"
import { makeShelter } from "./shelter.ts"

/** Binaries that the server's user can run, and their version: the installed ones, or a copy where it can reach them. */
export const reachableBinaries = Effect.fnUntraced(function*(installed: Binaries, as: ServerUser | undefined) {
  const answer = yield* Effect.result(versionOf(installed, as))
  if (Result.isSuccess(answer)) return { binaries: installed, version: answer.success }
  if (as === undefined) return yield* answer.failure
  const version = yield* versionOf(installed, undefined)
  const name = `postgresql-${version}-${process.platform}-${process.arch}`
  const copy = yield* copyOf(installed.native, join(yield* makeShelter("binaries"), name))
  const binaries = movedTo(copy, installed)
  yield* versionOf(binaries, as)
  return { binaries, version }
})

/** Made under another name and then renamed, so that a copy is whole or absent; a damaged or loosened one is replaced. */
export const copyOf = Effect.fnUntraced(function*(native: string, copy: string) {
  const entries = yield* attempt(`read ${native}`, () => entriesOf(native))
  if (yield* isWhole(entries, copy)) return copy
  yield* Effect.logInfo(`the server's user cannot run ${native}: copying it to ${copy}`)
  yield* sweep(dirname(copy))
  const draft = `${copy}.new-${randomUUID()}`
  yield* attempt(`copy PostgreSQL to ${copy}`, async () => {
    await mkdir(draft, { mode: 0o700 })
    for (const entry of entries) await copyEntry(entry, native, draft)
    await chmod(draft, 0o755)
  })
  if (yield* isWhole(entries, copy)) { // another desk was faster
    yield* attempt(`remove ${draft}`, () => rm(draft, { recursive: true }))
    return copy
  }
  yield* attempt(`put PostgreSQL at ${copy}`, async () => {
    await rename(copy, `${draft}.old`).catch((cause: unknown) => {
      if (codeOf(cause) !== "ENOENT") throw cause
    })
    await rename(draft, copy)
    await syncFolder(dirname(copy))
    await rm(`${draft}.old`, { recursive: true, force: true })
  })
  return copy
})

interface Entry {
  readonly path: string
  readonly kind: "folder" | "program" | "file" | "link"
  readonly size: number
  readonly target: string
}

/** Parents before their children. */
const entriesOf = async (root: string, below = ""): Promise<ReadonlyArray<Entry>> => {
  const entries: Array<Entry> = []
  for (const name of (await readdir(join(root, below))).toSorted()) {
    const path = join(below, name)
    const found = await lstat(join(root, path))
    if (found.isDirectory()) {
      entries.push({ path, kind: "folder", size: 0, target: "" }, ...await entriesOf(root, path))
    } else if (found.isSymbolicLink()) {
      entries.push({ path, kind: "link", size: 0, target: await readlink(join(root, path)) })
    } else {
      entries.push({ path, kind: (found.mode & 0o100) === 0 ? "file" : "program", size: found.size, target: "" })
    }
  }
  return entries
}

const copyEntry = async ({ kind, path, target }: Entry, from: string, to: string) => {
  const copy = join(to, path)
  if (kind === "link") return symlink(target, copy)
  if (kind === "folder") await mkdir(copy)
  else await copyFile(join(from, path), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(copy, kind === "file" ? 0o644 : 0o755)
  if (kind === "folder") return
  const file = await open(copy, "r+")
  await file.sync().finally(() => file.close())
}

/** Every entry there, of its size, root's own, and closed to the writes of others. */
const isWhole = (entries: ReadonlyArray<Entry>, copy: string) =>
  attempt(`look at ${copy}`, async () => {
    for (const { kind, path, size, target } of [{ path: "", kind: "folder", size: 0, target: "" }, ...entries]) {
      const found = await lstat(join(copy, path))
      if (found.uid !== 0) return false
      if (kind === "link") {
        if (await readlink(join(copy, path)) !== target) return false
      } else {
        if ((found.mode & 0o022) !== 0 || found.isDirectory() !== (kind === "folder")) return false
        if (kind !== "folder" && found.size !== size) return false
      }
    }
    return true
  }).pipe(Effect.orElseSucceed(() => false))

/** What a copy that was cut short left behind; an hour old, so that nobody is still at it. */
const sweep = Effect.fnUntraced(function*(folder: string) {
  const now = yield* Clock.currentTimeMillis
  yield* Effect.ignore(attempt(`sweep ${folder}`, async () => {
    for (const name of await readdir(folder)) {
      const path = join(folder, name)
      if (!name.includes(".new-")) continue
      if (now - (await lstat(path)).mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true })
    }
  }))
})

import { Effect } from "effect"
import { chmod, lchown, lstat, mkdir, open, rename, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { attempt, codeOf, refuse } from "./EmbeddedPostgresRefused.ts"

export const iAmRoot = () => process.getuid?.() === 0

/** True when it is new. Whatever was there before keeps its mode: it is someone's choice. */
export const makeFolder = (path: string, mode: number) =>
  attempt(`create the folder ${path}`, async () => {
    try {
      await mkdir(path, { mode })
    } catch (cause) {
      if (codeOf(cause) === "EEXIST" && (await stat(path)).isDirectory()) return false
      throw cause
    }
    await chmod(path, mode) // mkdir heeds the umask, which may be 077
    return true
  })

/** A folder nobody but root can have put there or can change: no link, owned by root, closed to the writes of others. */
export const makeRootFolder = Effect.fnUntraced(function*(path: string, mode: number) {
  yield* makeFolder(path, mode)
  yield* vetRootFolder(path)
  return path
})

export const vetRootFolder = Effect.fnUntraced(function*(path: string) {
  const found = yield* attempt(`look at ${path}`, () => lstat(path))
  if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return
  yield* refuse(
    `${path} is not a folder that only root can write to; move it away, or start the desk as an ordinary user`
  )
})

/** For root who works in an ordinary user's folder: what root leaves there, that user can use again without root. */
export const handOverTo = (home: string) => (path: string) =>
  iAmRoot()
    ? attempt(`hand over ${path}`, async () => {
      const { gid, uid } = await stat(home)
      if (uid !== 0) await lchown(path, uid, gid)
    })
    : Effect.void

/** Complete or not at all, and on the disk when this returns. */
export const writeDurably = (path: string, draft: string, text: string) =>
  attempt(`write ${path}`, async () => {
    const file = await open(draft, "wx", 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path))
  })

/** A rename is on the disk only when its folder is. Windows has no such thing. */
export const syncFolder = async (path: string) => {
  if (process.platform === "win32") return
  const folder = await open(path, "r")
  await folder.sync().finally(() => folder.close())
}

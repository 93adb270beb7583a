import { Effect } from "effect"
import { constants } from "node:fs"
import { type FileHandle, open, rename, stat } from "node:fs/promises"
import { join } from "node:path"
import { attempt, ifThere } from "./EmbeddedPostgresRefused.ts"
import type { Place } from "./place.ts"

export interface ServerLog {
  readonly path: string
  readonly fd: number
  /** What has been written since, and the line of it that says most. */
  readonly sinceOpened: Effect.Effect<typeof nothing>
}

const keepUpTo = 10 * 1024 * 1024

/** Opened by us and passed on, so that the server's user needs no way to it. */
export const openServerLog = Effect.fnUntraced(function*(place: Place) {
  const path = join(place.front, "server.log")
  const size = (yield* ifThere(`look at ${path}`, () => stat(path)))?.size ?? 0
  if (size > keepUpTo) yield* attempt(`put ${path} aside`, () => rename(path, `${path}.1`))
  const file = yield* Effect.acquireRelease(
    attempt(
      `open ${path}`,
      () => open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600)
    ),
    (file) => Effect.ignore(attempt(`close ${path}`, () => file.close()))
  )
  yield* place.handOver(path)
  const from = (yield* attempt(`look at ${path}`, () => file.stat())).size
  const sinceOpened = Effect.orElseSucceed(attempt(`read ${path}`, () => read(file, from)), () => nothing)
  return { path, fd: file.fd, sinceOpened } satisfies ServerLog
})

const nothing: { readonly text: string; readonly verdict: string | undefined } = { text: "", verdict: undefined }

const read = async (file: FileHandle, from: number): Promise<typeof nothing> => {
  const { size } = await file.stat()
  const length = Math.min(size - from, 65_536)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
  const text = buffer.toString("utf8", 0, bytesRead)
  const lines = text.split("\n").filter((line) => line.trim() !== "")
  return { text, verdict: lines.findLast((line) => /FATAL:|PANIC:/.test(line)) ?? lines.at(-1) }
}

import { Checkpoints, CheckpointsUnavailable } from "@opsdesk/capabilities/Checkpoints"
import { Effect, Layer } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"

const isMissing = (error: unknown) =>
  typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT"

const tried = <A>(run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new CheckpointsUnavailable({ cause }) })

/** More than any line has. */
const tailLength = 65_536

/** The end of a file, or nothing where there is none. */
const tailOf = async (file: string): Promise<string> => {
  try {
    const handle = await fs.open(file, "r")
    try {
      const { size } = await handle.stat()
      const length = Math.min(size, tailLength)
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, size - length)
      return new TextDecoder().decode(buffer.subarray(0, bytesRead))
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (isMissing(error)) return ""
    throw error
  }
}

/**
 * Checkpoints in a file that only its owner may read, one write and one `fsync` for each append. Several programs may
 * share the file: what they append does not mix. A line that a crash cut short stays, and the next begins below it.
 */
export const FileCheckpoints = (file: string) =>
  Layer.succeed(Checkpoints, {
    last: tried(async () => (await tailOf(file)).split("\n").slice(0, -1).findLast((line) => line !== "") ?? null),
    append: (lines) =>
      tried(async () => {
        await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
        const tail = await tailOf(file)
        const handle = await fs.open(file, "a", 0o600)
        try {
          await handle.writeFile(`${tail === "" || tail.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`)
          await handle.sync()
        } finally {
          await handle.close()
        }
      })
  })

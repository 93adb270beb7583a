import { Effect, Schema } from "effect"
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs"

/** What became of an operation, as whoever asked for it knows: `unknown` may have taken effect, or not. */
const Entry = Schema.Struct({ op: Schema.String, is: Schema.Literals(["invoked", "ok", "failed", "unknown"]) })
export type Standing = typeof Entry.Type["is"]

/** Operations, and how each of them stands. */
export type History = ReadonlyMap<string, Standing>

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Entry))

/**
 * A history of what was asked for and answered, in a file that is on the disk before anything follows from it. It belongs
 * to a process that nobody kills: what those that are killed have promised is checked against it (as Jepsen does).
 */
export const historyIn = (file: string) =>
  Effect.gen(function*() {
    const descriptor = yield* Effect.acquireRelease(
      Effect.sync(() => openSync(file, "a")),
      (open) => Effect.sync(() => closeSync(open))
    )
    const note = (op: string, is: Standing) =>
      Effect.sync(() => {
        writeSync(descriptor, `${JSON.stringify({ op, is })}\n`)
        fdatasyncSync(descriptor)
      })
    const read = Effect.sync((): History =>
      new Map(
        readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map((line) => decode(line)).map(
          ({ is, op }) => [op, is]
        )
      )
    )
    return { note, read }
  })

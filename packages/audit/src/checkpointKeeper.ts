import { Checkpoints } from "@opsdesk/capabilities/Checkpoints"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Effect, Option, Schema } from "effect"
import type { AuditBatch, SignedBatch } from "./AuditBatch.ts"
import { batchLine, SignedBatch as SignedBatchSchema, statementOf } from "./AuditBatch.ts"
import { AuditSealStore } from "./AuditSealStore.ts"

/** Lines of one append at most. */
const linesAtOnce = 1000

const decodeLine = Schema.decodeUnknownOption(Schema.fromJsonString(SignedBatchSchema))

const isSame = (a: AuditBatch, b: AuditBatch) => statementOf(a) === statementOf(b)

/**
 * An effect that brings the checkpoints up to what the database has, from where they end: so a crash between commit and
 * append loses none. Each batch is told at debug. When the database no longer has the batch that the checkpoints end with,
 * somebody has been at it: that is said, and the checkpoints go on from what is there now, so that the break stays on
 * file.
 */
export const checkpointKeeper = Effect.gen(function*() {
  const checkpoints = yield* Checkpoints
  const { reading } = yield* Transaction
  const store = yield* AuditSealStore
  /** What the checkpoints end with, as far as this program has read or written them. */
  let end: AuditBatch | null | undefined
  /** The number of the batch that was missed last: it is said once. */
  let missing = 0

  const append = Effect.fnUntraced(function*(batches: ReadonlyArray<SignedBatch>) {
    yield* checkpoints.append(batches.map(batchLine))
    for (const { batch } of batches) {
      const { first, last, number, root } = batch
      yield* Effect.logDebug(`audit batch ${number} sealed: positions ${first} to ${last}, root ${root}`)
    }
    end = batches.at(-1)?.batch ?? end
  })

  const readEnd = Effect.map(
    checkpoints.last,
    (line) => Option.match(decodeLine(line), { onNone: () => null, onSome: ({ batch }) => batch })
  )

  return Effect.gen(function*() {
    const kept = end === undefined ? yield* readEnd : end
    end = kept
    const [first, ...others] = yield* reading(store.batchesFrom(kept?.number ?? 1, linesAtOnce))
    if (kept === null) return first === undefined ? undefined : yield* append([first, ...others])
    if (first !== undefined && isSame(first.batch, kept)) return others.length === 0 ? undefined : yield* append(others)
    const newest = yield* reading(store.newestBatch)
    if (newest !== null) yield* append([newest])
    if (missing === kept.number) return
    missing = kept.number
    yield* Effect.logError(
      `the audit is not what it was: batch ${kept.number}, sealed at ${kept.sealedAt}, is not in the database any more`
    )
  })
})

import { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer, Queue } from "effect"
import type { AuditBatch } from "./AuditBatch.ts"
import { statementOf } from "./AuditBatch.ts"
import { AuditKeys } from "./AuditKeys.ts"
import type { AuditRow } from "./AuditRow.ts"
import { canonicalRow, chainOf } from "./AuditRow.ts"
import type { Seal } from "./AuditSealStore.ts"
import { AuditSealStore } from "./AuditSealStore.ts"
import { checkpointKeeper } from "./checkpointKeeper.ts"
import { merkleTree, nothing, rowHasher, utf8 } from "./hashing.ts"

/** Rows of a batch at most. */
const batchSize = 5000

/** No batch comes sooner after another, and no row waits longer for somebody to look: together half of the second promised. */
const pause = "250 millis"

const zeros = nothing.toHex()

/**
 * Seals the audit: each row joins the chain of what it is about, each batch of rows is signed and names the one before
 * it (docs/audit.md). Any number of programs may run it: one of them seals at a time, and whichever dies leaves nothing
 * half done. Every program completes its own file of checkpoints.
 */
export class AuditSealer extends Context.Service<AuditSealer>()("@opsdesk/audit/AuditSealer", {
  make: Effect.gen(function*() {
    const { digest } = yield* Sha256
    const { atomic, reading } = yield* Transaction
    const keys = yield* AuditKeys
    const store = yield* AuditSealStore
    const keepCheckpoints = yield* checkpointKeeper
    const hashOf = rowHasher(digest)
    const wakes = yield* Queue.sliding<void>(1)

    const sealsOf = Effect.fnUntraced(function*(rows: ReadonlyArray<AuditRow>, first: number) {
      const ends = new Map(yield* store.ends([...new Set(rows.map(chainOf))]))
      const tree = merkleTree(digest)
      const seals = rows.map((row, at): Seal => {
        const chain = chainOf(row)
        const previous = ends.get(chain) ?? zeros
        const hash = hashOf(previous, canonicalRow(row))
        const hex = hash.toHex()
        tree.add(hash)
        ends.set(chain, hex)
        return { position: first + at, auditId: row.id, chain, previous, hash: hex }
      })
      return { seals, root: tree.root().toHex() }
    })

    const sealBatch = Effect.fnUntraced(
      function*(key: { id: string; sign: (data: Uint8Array) => Effect.Effect<Uint8Array> }) {
        if (!(yield* store.takeTurn)) return 0
        const rows = yield* store.take(batchSize)
        if (rows.length === 0) return 0
        const newest = (yield* store.newestBatch)?.batch
        const first = (newest?.last ?? 0) + 1
        const { root, seals } = yield* sealsOf(rows, first)
        const batch: AuditBatch = {
          number: (newest?.number ?? 0) + 1,
          first,
          last: first + rows.length - 1,
          previous: newest === undefined ? zeros : digest(utf8(statementOf(newest))).toHex(),
          root,
          key: key.id,
          sealedAt: DateTime.formatIso(yield* DateTime.now)
        }
        yield* store.keep({ batch, signature: (yield* key.sign(utf8(statementOf(batch)))).toHex() }, seals)
        return rows.length
      },
      atomic
    )

    /** Seals whatever waits, batch after batch, and answers how many rows those were: none, when somebody else is at it. */
    const seal = Effect.fn("AuditSealer.seal")(function*() {
      let sealed = 0
      if (yield* reading(store.someWait)) {
        const key = yield* keys.signing
        for (let rows = batchSize; rows === batchSize; sealed += rows) rows = yield* sealBatch(key)
      }
      yield* keepCheckpoints
      return sealed
    })

    /** Trouble is told and tried again: rows wait meanwhile, and none is lost. */
    const round = seal().pipe(
      Effect.catch((problem) => Effect.logWarning("the audit could not be sealed; it is tried again", problem)),
      Effect.catchDefect((defect) => Effect.logError("the audit cannot be sealed; it is tried again", defect))
    )

    /** Seals for as long as the program lives: every half second, or as soon as somebody wakes it. */
    const run: Effect.Effect<never> = Effect.forever(Effect.gen(function*() {
      yield* round
      yield* Effect.sleep(pause)
      yield* Effect.timeoutOption(Queue.take(wakes), pause)
    }))

    return { seal: seal(), run, wake: Effect.asVoid(Queue.offer(wakes, undefined)) }
  })
}) {
  static readonly layer = Layer.effect(AuditSealer, AuditSealer.make).pipe(
    Layer.provide([AuditKeys.layer, AuditSealStore.layer])
  )
}

import type { Transaction } from "@opsdesk/capabilities/Transaction"
import { Effect, Option, Stream } from "effect"
import type { SignedBatch } from "./AuditBatch.ts"
import type { WrittenRecord } from "./AuditRecord.ts"
import type { AuditRecordStore } from "./AuditRecordStore.ts"
import type { AuditRow } from "./AuditRow.ts"
import { canonicalRow } from "./AuditRow.ts"

type Store = AuditRecordStore["Service"]
type Reading = Transaction["Service"]["reading"]
type Found = Effect.Success<ReturnType<Store["sealed"]>>[number]

/** Rows that are read, and kept, at once. */
const piece = 2000

/** A row that the join has found, or null: what every row has it has then. */
const rowOf = ({ action, entityType, id, seq, ...rest }: Found): AuditRow | null =>
  action === null || entityType === null || id === null || seq === null
    ? null
    : { ...rest, action, entityType, id, seq }

const sealedRecord = (found: Found): WrittenRecord => {
  const { chain, hash, position, previous } = found
  const row = rowOf(found)
  return { _tag: "Sealed", position, previous, hash, chain, row: row === null ? null : canonicalRow(row) }
}

/** Batches in the order of their numbers, for whoever goes through the rows: each is handed out before its first row. */
const batchesBefore = (store: Store, upTo: number) => {
  let read: ReadonlyArray<SignedBatch> = []
  let number = 0
  let end = 0
  return Effect.fnUntraced(function*(position: number) {
    const due: Array<WrittenRecord> = []
    for (;;) {
      if (read.length === 0) read = yield* store.batches(number, upTo, piece)
      const [next] = read
      if (next === undefined || (next.batch.first > position && end >= position)) return due
      due.push({ _tag: "Batch", signed: next })
      read = read.slice(1)
      number = next.batch.number
      end = next.batch.last
    }
  })
}

const sealedOf = (store: Store, reading: Reading, upTo: { readonly batches: number; readonly positions: number }) =>
  Stream.suspend(() => {
    const batches = batchesBefore(store, upTo.batches)
    return Stream.paginate(0, (after: number) =>
      reading(Effect.gen(function*() {
        const found = yield* store.sealed(after, upTo.positions, piece)
        const records: Array<WrittenRecord> = []
        for (const row of found) {
          records.push(...(yield* batches(row.position)), sealedRecord(row))
        }
        const last = found.at(-1)
        if (last === undefined) records.push(...(yield* batches(Number.POSITIVE_INFINITY)))
        return [records, Option.map(Option.fromNullishOr(last), ({ position }) => position)] as const
      })))
  })

const unsealedOf = (store: Store, reading: Reading, upToSeq: number) =>
  Stream.paginate(0, (after: number) =>
    reading(Effect.gen(function*() {
      const end = yield* store.pieceEnd(after, piece)
      if (end === null || after >= upToSeq) return [[], Option.none<number>()] as const
      const found = yield* store.unsealed(after, end)
      const records = found.map(({ waits, ...row }): WrittenRecord => ({
        _tag: waits ? "Waiting" : "Stray",
        row: canonicalRow(row)
      }))
      return [records, Option.some(end)] as const
    })))

const lostOf = (store: Store, reading: Reading) =>
  Stream.fromIterableEffect(
    Effect.map(reading(store.lost), (found) => found.map((one): WrittenRecord => ({ _tag: "Lost", ...one })))
  )

/**
 * The record of a database as an export has it: batches, each before its rows, then what is not sealed. What is written
 * meanwhile may be part of it, whole, or not.
 */
export const recordsOf = (store: Store, reading: Reading) =>
  Stream.unwrap(Effect.map(reading(store.extent), (upTo) =>
    sealedOf(store, reading, upTo).pipe(
      Stream.concat(unsealedOf(store, reading, upTo.seq)),
      Stream.concat(lostOf(store, reading))
    )))

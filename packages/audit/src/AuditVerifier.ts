import type { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Effect } from "effect"
import type { AuditBatch, SignedBatch } from "./AuditBatch.ts"
import { statementOf } from "./AuditBatch.ts"
import type { AuditReport } from "./AuditFault.ts"
import { faultList, rangeOf } from "./AuditFault.ts"
import type { AuditRecord, ExportEnd } from "./AuditRecord.ts"
import { endStatement } from "./AuditRecord.ts"
import { nothing, utf8 } from "./hashing.ts"
import { sealedRows } from "./sealedRows.ts"
import { waitingRows } from "./waitingRows.ts"

/** Whether a key that is trusted has signed. */
export type VerifySignature = (key: string, signature: Uint8Array, data: Uint8Array) => Effect.Effect<boolean>

const isHexOf = (bytes: number, text: string) => text.length === 2 * bytes && /^[0-9a-f]*$/u.test(text)

/**
 * Reads the record of an audit from its beginning and finds what is not as it was sealed. It keeps the end of each chain
 * and the hash of each batch, some 200 bytes for either, and no row.
 */
export const auditVerifier = (options: {
  readonly digest: Sha256["Service"]["digest"]
  readonly signedBy: VerifySignature
  /** An export has a head and an end; what is read from a database has neither. */
  readonly of: "export" | "database"
}) => {
  const { digest, of, signedBy } = options
  const faults = faultList()
  const rows = sealedRows(digest, faults.add)
  const waiting = waitingRows(digest)
  /** By number, for whoever has checkpoints. */
  const batchHashes = new Map<number, string>()
  let lastBatch = { number: 0, hash: nothing.toHex(), last: 0 }
  let records = 0
  /** Whether what is not sealed has begun, behind which nothing sealed stands. */
  let behind = false
  let ended = false

  const checkBatch = Effect.fnUntraced(function*({ batch, signature }: SignedBatch) {
    rows.close()
    if (behind) outOfOrder(batch.first, batch.last)
    const statement = utf8(statementOf(batch))
    const fault = (says: string) =>
      faults.add({
        positions: rangeOf(batch.first, batch.last),
        batch: batch.number,
        says: `batch ${batch.number} ${says}`
      })
    if (batch.number > lastBatch.number + 1) {
      const from = lastBatch.number + 1
      faults.add({
        positions: batch.first > lastBatch.last + 1 ? rangeOf(lastBatch.last + 1, batch.first - 1) : null,
        batch: from,
        says: `batches ${from} to ${batch.number - 1} are missing`
      })
    } else if (batch.number <= lastBatch.number) fault("is there twice, or out of order")
    else if (batch.previous !== lastBatch.hash) fault(`does not follow batch ${lastBatch.number} as that is now`)
    if (batch.first !== lastBatch.last + 1) fault(`does not begin where batch ${lastBatch.number} ends`)
    const signed = isHexOf(64, signature) && (yield* signedBy(batch.key, Uint8Array.fromHex(signature), statement))
    if (!signed) fault("is not signed by a key that is trusted: it, or its signature, has been changed")
    lastBatch = { number: batch.number, hash: digest(statement).toHex(), last: batch.last }
    batchHashes.set(batch.number, lastBatch.hash)
    rows.begin(batch)
  })

  const checkEnd = Effect.fnUntraced(function*(end: ExportEnd, signature: string) {
    rows.close()
    const fault = (says: string) => faults.add({ positions: null, batch: null, says })
    const data = utf8(endStatement(end))
    if (!isHexOf(64, signature) || !(yield* signedBy(end.key, Uint8Array.fromHex(signature), data))) {
      fault("the end of the export is not signed by a key that is trusted")
    }
    if (end.batches !== lastBatch.number || end.lastBatch !== lastBatch.hash) {
      faults.add({
        positions: { first: lastBatch.last + 1, last: lastBatch.last + 1 },
        batch: lastBatch.number,
        says: `the export was made with ${end.batches} batches, and does not end with the last of them`
      })
    }
    if (end.waiting !== waiting.count() || end.digest !== waiting.digest()) {
      fault(
        `the head, or the rows that waited (${end.waiting} then, ${waiting.count()} now), are not what was exported`
      )
    }
    ended = true
  })

  const elsewhere = (says: string) => faults.add({ positions: null, batch: null, says })

  const outOfOrder = (first: number, last: number) =>
    faults.add({ positions: rangeOf(first, last), batch: null, says: "what is sealed stands behind what is not" })

  /** What can be said of a record at once; signatures take their time. */
  const look = (record: Exclude<AuditRecord, { readonly _tag: "Batch" | "End" }>): void => {
    switch (record._tag) {
      case "Sealed":
        if (behind) outOfOrder(record.position, record.position)
        return rows.add(record)
      case "Waiting":
        behind = true
        return waiting.add(record.row)
      case "Head":
        return records === 1 ? waiting.head(record.text) : elsewhere(`line ${records} is a head, in the middle`)
      case "Unreadable":
        return faults.add({ ...rows.place(), says: `line ${record.line} is not as an export has it` })
      case "Lost":
        behind = true
        return elsewhere(`row ${record.auditId} (seq ${record.seq}) waits to be sealed, but is gone or sealed already`)
      case "Stray":
        behind = true
        return elsewhere(`a row is neither sealed nor waits to be: ${record.row}`)
    }
  }

  const report = (): AuditReport => {
    rows.close()
    if (of === "export" && !ended) {
      faults.add({ ...rows.place(), says: "the export ends before its end: it has been cut" })
    }
    return {
      rows: rows.count(),
      batches: batchHashes.size,
      waiting: waiting.count(),
      faults: faults.shown,
      faultCount: faults.count()
    }
  }

  return {
    take: Effect.fnUntraced(function*(chunk: ReadonlyArray<AuditRecord>) {
      for (const record of chunk) {
        records++
        if (ended) elsewhere(`line ${records} stands behind the end`)
        else if (record._tag === "Batch") yield* checkBatch(record.signed)
        else if (record._tag === "End") yield* checkEnd(record.end, record.signature)
        else look(record)
      }
    }),
    /** What the checkpoint of a batch has against what was read. */
    checkpoint: (batch: AuditBatch, signed: boolean) => {
      if (!signed) return elsewhere(`the checkpoint of batch ${batch.number} is not signed by a key that is trusted`)
      const hash = batchHashes.get(batch.number)
      if (hash === digest(utf8(statementOf(batch))).toHex()) return
      const positions = rangeOf(batch.first, batch.last)
      const says = hash === undefined
        ? `batch ${batch.number}, of which there is a checkpoint of ${batch.sealedAt}, is missing: the tail is cut, or this is older`
        : `batch ${batch.number} is not the one of its checkpoint of ${batch.sealedAt}: it was sealed anew`
      faults.add({ positions, batch: batch.number, says })
    },
    report
  }
}

import { Option, Schema } from "effect"
import { batchLine, HashHex, SignedBatch } from "./AuditBatch.ts"
import { AuditPublicKey } from "./AuditKeys.ts"

/** What an export ends with, signed, so that it cannot be cut short or mixed with another. */
export const ExportEnd = Schema.Struct({
  batches: Schema.Int,
  /** The hash of the last batch; zeros when there is none. */
  lastBatch: HashHex,
  waiting: Schema.Int,
  /** SHA-256 over the head's line, then for each waiting row over (the digest so far ‖ its canonical text). */
  digest: HashHex,
  key: Schema.String
})
export type ExportEnd = typeof ExportEnd.Type

/** The text of an end that is signed: canonical JSON (RFC 8785). */
export const endStatement = (end: ExportEnd): string =>
  JSON.stringify({
    batches: end.batches,
    digest: end.digest,
    key: end.key,
    lastBatch: end.lastBatch,
    type: "opsdesk-audit-export",
    waiting: end.waiting
  })

/** One piece of the sealed record, as it lies in a database or stands on a line of an export; rows as canonical text. */
export type AuditRecord =
  | { readonly _tag: "Head"; readonly text: string }
  | { readonly _tag: "Batch"; readonly signed: SignedBatch }
  | {
    readonly _tag: "Sealed"
    readonly position: number
    readonly previous: string
    readonly hash: string
    /** Null when the row that was sealed is not there. */
    readonly row: string | null
    /** The chain that the database has it in; null where that is not known. */
    readonly chain: string | null
  }
  | { readonly _tag: "Waiting"; readonly row: string }
  /** A row that is neither sealed nor waits to be. */
  | { readonly _tag: "Stray"; readonly row: string }
  /** An entry of those that wait which is not of a row that waits. */
  | { readonly _tag: "Lost"; readonly seq: number; readonly auditId: string }
  | { readonly _tag: "End"; readonly end: ExportEnd; readonly signature: string }
  | { readonly _tag: "Unreadable"; readonly line: number }

/** A record that something is known of. */
export type WrittenRecord = Exclude<AuditRecord, { readonly _tag: "Unreadable" }>

export const headLine = (exportedAt: string, keys: ReadonlyArray<AuditPublicKey>): string =>
  JSON.stringify({ export: { version: 1, exportedAt, keys } })

/** One line of an export (NDJSON), without its end. A row's text stands in it as it was hashed. */
export const lineOf = (record: WrittenRecord): string => {
  switch (record._tag) {
    case "Head":
      return record.text
    case "Batch":
      return batchLine(record.signed)
    case "Sealed":
      return `{"position":${record.position},"previous":"${record.previous}","hash":"${record.hash}","row":${record.row}}`
    case "Waiting":
      return `{"waiting":${record.row}}`
    case "Stray":
      return `{"stray":${record.row}}`
    case "Lost":
      return JSON.stringify({ lost: { seq: record.seq, auditId: record.auditId } })
    case "End":
      return JSON.stringify({ end: record.end, signature: record.signature })
  }
}

const Line = Schema.fromJsonString(Schema.Union([
  Schema.Struct({
    export: Schema.Struct({
      version: Schema.Literal(1),
      exportedAt: Schema.String,
      keys: Schema.Array(AuditPublicKey)
    })
  }),
  SignedBatch,
  Schema.Struct({ end: ExportEnd, signature: Schema.String }),
  Schema.Struct({ lost: Schema.Struct({ seq: Schema.Int, auditId: Schema.String }) })
]))
const decodeLine = Schema.decodeUnknownOption(Line, { onExcessProperty: "error" })

const positionText = /^[1-9]\d{0,15}$/u
const hashText = /^[0-9a-f]{64}$/u

/** The pieces of a sealed row's line, by where they stand: there are many of them, and one pattern for all takes longer. */
const sealedIn = (line: string): AuditRecord | null => {
  const at = line.indexOf(",")
  const position = line.slice(12, at)
  const previous = line.slice(at + 13, at + 77)
  const hash = line.slice(at + 87, at + 151)
  const row = line.slice(at + 159, -1)
  const fits = line.startsWith(",\"previous\":\"", at) && line.startsWith("\",\"hash\":\"", at + 77) &&
    line.startsWith("\",\"row\":", at + 151) && line.endsWith("}") &&
    positionText.test(position) && hashText.test(previous) && hashText.test(hash) &&
    (row === "null" || (row.startsWith("{") && row.endsWith("}")))
  return fits
    ? { _tag: "Sealed", position: Number(position), previous, hash, row: row === "null" ? null : row, chain: null }
    : null
}

const rowLine = /^\{"(waiting|stray)":(\{.*\})\}$/u

/** What a line of an export says. Only lines as `lineOf` writes them are read: a space more is a change already. */
export const recordOf = (line: string, number: number): AuditRecord => {
  if (line.startsWith("{\"position\":")) return sealedIn(line) ?? { _tag: "Unreadable", line: number }
  const [, kind, row = ""] = rowLine.exec(line) ?? []
  if (kind !== undefined) return { _tag: kind === "waiting" ? "Waiting" : "Stray", row }
  const record = Option.match(decodeLine(line), {
    onNone: (): AuditRecord => ({ _tag: "Unreadable", line: number }),
    onSome: (found): WrittenRecord =>
      "export" in found
        ? { _tag: "Head", text: line }
        : "batch" in found
        ? { _tag: "Batch", signed: found }
        : "end" in found
        ? { _tag: "End", ...found }
        : { _tag: "Lost", ...found.lost }
  })
  return record._tag === "Unreadable" || lineOf(record) === line ? record : { _tag: "Unreadable", line: number }
}

import { Schema } from "effect"

const Whole = Schema.Int.check(Schema.isGreaterThan(0))
export const HashHex = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u))
const SignatureHex = Schema.String.check(Schema.isPattern(/^[0-9a-f]{128}$/u))

/** What was sealed together; hashes in hex. */
export const AuditBatch = Schema.Struct({
  number: Whole,
  /** The positions of its first and last row. */
  first: Whole,
  last: Whole,
  /** The hash of the batch before; zeros for the first. */
  previous: HashHex,
  /** The Merkle root over the hashes of its rows. */
  root: HashHex,
  /** The id of the key that signed. */
  key: Schema.String,
  /** RFC 3339 in UTC with milliseconds. */
  sealedAt: Schema.String
})
export type AuditBatch = typeof AuditBatch.Type

export const SignedBatch = Schema.Struct({ batch: AuditBatch, signature: SignatureHex })
export type SignedBatch = typeof SignedBatch.Type

/**
 * The text that is signed (Ed25519, over its UTF-8), and whose SHA-256 the next batch names: canonical JSON (RFC 8785).
 * The signature is no part of it, and `type` keeps it from being taken for anything else that the key may sign.
 */
export const statementOf = (batch: AuditBatch): string =>
  JSON.stringify({
    first: batch.first,
    key: batch.key,
    last: batch.last,
    number: batch.number,
    previous: batch.previous,
    root: batch.root,
    rows: batch.last - batch.first + 1,
    sealedAt: batch.sealedAt,
    type: "opsdesk-audit-batch"
  })

/** A batch as a line: in an export, and as a checkpoint. */
export const batchLine = ({ batch, signature }: SignedBatch): string =>
  JSON.stringify({
    batch: {
      number: batch.number,
      first: batch.first,
      last: batch.last,
      previous: batch.previous,
      root: batch.root,
      key: batch.key,
      sealedAt: batch.sealedAt
    },
    signature
  })

import { Schema } from "effect"
import type { SignedBatch } from "./AuditBatch.ts"
import type { AuditRow } from "./AuditRow.ts"

/** Alike on every connection, whatever it has set for dates. */
const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** An `AuditRow` out of `audit_log a`, and nulls where the join has found none. */
export const rowColumns = `a.id::text as id, a.seq as seq, ${iso("a.at")} as at, a.actor_id::text as actor_id,
  a.action as action, a.entity_type as entity_type, a.entity_id as entity_id, a.request_id as request_id,
  a.before::text as before, a.after::text as after, a.ip as ip`

const TextOrNull = Schema.NullOr(Schema.String)

export const RowColumns = Schema.Struct({
  id: Schema.String,
  seq: Schema.Int,
  at: TextOrNull,
  actorId: TextOrNull,
  action: Schema.String,
  entityType: Schema.String,
  entityId: TextOrNull,
  requestId: TextOrNull,
  before: TextOrNull,
  after: TextOrNull,
  ip: TextOrNull
}) satisfies Schema.Codec<AuditRow, unknown>

/** A `SignedBatch` out of `audit_batches`. */
export const batchColumns = `number, first_position as first, last_position as last,
  encode(previous, 'hex') as previous, encode(root, 'hex') as root, key_id::text as key,
  ${iso("sealed_at")} as sealed_at, encode(signature, 'hex') as signature`

export const BatchColumns = Schema.Struct({
  number: Schema.Int,
  first: Schema.Int,
  last: Schema.Int,
  previous: Schema.String,
  root: Schema.String,
  key: Schema.String,
  sealedAt: Schema.String,
  signature: Schema.String
})

export const signedBatchOf = ({ signature, ...batch }: typeof BatchColumns.Type): SignedBatch => ({ batch, signature })

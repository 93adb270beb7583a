import { Context, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql"
import { BatchColumns, batchColumns, RowColumns, rowColumns, signedBatchOf } from "./sealColumns.ts"

const Sealed = Schema.Struct({
  position: Schema.Int,
  chain: Schema.String,
  previous: Schema.String,
  hash: Schema.String,
  ...RowColumns.mapFields(Struct.map(Schema.NullOr)).fields
})
const decodeSealed = Schema.decodeUnknownEffect(Schema.Array(Sealed))
const decodeBatches = Schema.decodeUnknownEffect(Schema.Array(BatchColumns))
const Unsealed = Schema.Struct({ waits: Schema.Boolean, ...RowColumns.fields })
const decodeUnsealed = Schema.decodeUnknownEffect(Schema.Array(Unsealed))
const Lost = Schema.Struct({ seq: Schema.Int, auditId: Schema.String })
const decodeLost = Schema.decodeUnknownEffect(Schema.Array(Lost))

/** Statements of a record that may be long: each reads a piece of it, through an index. */
export class AuditRecordStore extends Context.Service<AuditRecordStore>()("@opsdesk/audit/AuditRecordStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** How far the record goes at this moment. What is before that does not change any more, on a sound desk. */
    const extent = Effect.map(
      sql<{ batches: number; positions: number; seq: number }>`
        select (select coalesce(max(number), 0) from audit_batches) as batches,
          (select coalesce(max(position), 0) from audit_seals) as positions,
          (select coalesce(max(seq), 0) from audit_log) as seq`,
      ([row]) => row ?? { batches: 0, positions: 0, seq: 0 }
    )

    const batches = (after: number, upTo: number, limit: number) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select ${sql.literal(batchColumns)} from audit_batches
            where number > ${after} and number <= ${upTo} order by number limit ${limit}`,
          decodeBatches
        ),
        (found) => found.map(signedBatchOf)
      )

    const sealed = (after: number, upTo: number, limit: number) =>
      Effect.flatMap(
        sql`
          select s.position, s.chain, encode(s.previous, 'hex') as previous, encode(s.hash, 'hex') as hash,
            ${sql.literal(rowColumns)}
          from audit_seals s left join audit_log a on a.id = s.audit_id
          where s.position > ${after} and s.position <= ${upTo} order by s.position limit ${limit}`,
        decodeSealed
      )

    /** Where the piece of the audit ends that has so many rows and begins behind a row; null when none are left. */
    const pieceEnd = (afterSeq: number, limit: number) =>
      Effect.map(
        sql<{ end: number | null }>`
          select max(seq) as "end"
          from (select seq from audit_log where seq > ${afterSeq} order by seq limit ${limit}) piece`,
        ([row]) => row?.end ?? null
      )

    /** Rows of a piece that have no seal, and whether they wait for one. */
    const unsealed = (afterSeq: number, upToSeq: number) =>
      Effect.flatMap(
        sql`
          select u.audit_id is not null as waits, ${sql.literal(rowColumns)}
          from audit_log a left join audit_unsealed u on u.audit_id = a.id
          where a.seq > ${afterSeq} and a.seq <= ${upToSeq}
            and not exists (select from audit_seals s where s.audit_id = a.id)
          order by a.seq`,
        decodeUnsealed
      )

    /** What waits to be sealed and is not a row that could be. */
    const lost = Effect.flatMap(
      sql`
        select u.seq, u.audit_id from audit_unsealed u left join audit_log a on a.id = u.audit_id
        where a.seq is distinct from u.seq or exists (select from audit_seals s where s.audit_id = u.audit_id)
        order by u.seq limit 1000`,
      decodeLost
    )

    return { extent, batches, sealed, pieceEnd, unsealed, lost }
  })
}) {
  static readonly layer = Layer.effect(AuditRecordStore, AuditRecordStore.make)
}

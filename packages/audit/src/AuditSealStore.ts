import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { SignedBatch } from "./AuditBatch.ts"
import { BatchColumns, batchColumns, RowColumns, rowColumns, signedBatchOf } from "./sealColumns.ts"

/** One row under seal; hashes in hex. */
export interface Seal {
  readonly position: number
  readonly auditId: string
  readonly chain: string
  readonly previous: string
  readonly hash: string
}

const decodeRows = Schema.decodeUnknownEffect(Schema.Array(RowColumns))
const decodeBatches = Schema.decodeUnknownEffect(Schema.Array(BatchColumns))
const Ends = Schema.Array(Schema.Struct({ chain: Schema.String, hash: Schema.String }))
const decodeEnds = Schema.decodeUnknownEffect(Ends)

/** The SQL of sealing: the same few statements for a batch of any size. */
export class AuditSealStore extends Context.Service<AuditSealStore>()("@opsdesk/audit/AuditSealStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const someWait = Effect.map(
      sql<{ some: boolean }>`select exists (select from audit_unsealed) as some`,
      ([row]) => row?.some === true
    )

    /** Whether nobody else is sealing at this moment. The turn ends with the transaction, however that ends. */
    const takeTurn = Effect.map(
      sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(hashtext('audit_batches')) as mine`,
      ([row]) => row?.mine === true
    )

    /** The batch that the next one follows. */
    const newestBatch = Effect.map(
      Effect.flatMap(
        sql`select ${sql.literal(batchColumns)} from audit_batches order by number desc limit 1`,
        decodeBatches
      ),
      ([newest]) => newest === undefined ? null : signedBatchOf(newest)
    )

    /**
     * Takes rows that wait, the oldest first. What waits without a row, or though it is sealed, is left: nothing that the
     * programs do makes such, so it stays for `audit verify` to tell of.
     */
    const take = (upTo: number) =>
      Effect.flatMap(
        sql`
          with next as (
            select u.seq from audit_unsealed u join audit_log a on a.id = u.audit_id
            where not exists (select from audit_seals s where s.audit_id = u.audit_id)
            order by u.seq limit ${upTo}
          ), taken as (
            delete from audit_unsealed u using next where u.seq = next.seq returning u.audit_id
          )
          select ${sql.literal(rowColumns)} from taken t join audit_log a on a.id = t.audit_id order by a.seq`,
        decodeRows
      )

    /** The last hash of each chain that has one. */
    const ends = (chains: ReadonlyArray<string>) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select c.chain, encode(s.hash, 'hex') as hash
            from jsonb_array_elements_text(${JSON.stringify(chains)}::jsonb) as c(chain)
            cross join lateral (
              select hash from audit_seals where chain = c.chain order by position desc limit 1
            ) s`,
          decodeEnds
        ),
        (found) => new Map(found.map(({ chain, hash }) => [chain, hash]))
      )

    const keep = Effect.fnUntraced(function*({ batch, signature }: SignedBatch, seals: ReadonlyArray<Seal>) {
      yield* sql`
        insert into audit_batches
          (number, first_position, last_position, previous, root, key_id, sealed_at, signature)
        values (${batch.number}, ${batch.first}, ${batch.last}, decode(${batch.previous}, 'hex'),
          decode(${batch.root}, 'hex'), ${batch.key}, ${DateTime.toDateUtc(DateTime.makeUnsafe(batch.sealedAt))},
          decode(${signature}, 'hex'))`
      yield* sql`
        insert into audit_seals (position, audit_id, chain, previous, hash)
        select s.position, s."auditId", s.chain, decode(s.previous, 'hex'), decode(s.hash, 'hex')
        from jsonb_to_recordset(${JSON.stringify(seals)}::jsonb)
          as s(position bigint, "auditId" uuid, chain text, previous text, hash text)`
    })

    /** Batches from a number on, in their order. */
    const batchesFrom = (number: number, upTo: number) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select ${sql.literal(batchColumns)} from audit_batches
            where number >= ${number} order by number limit ${upTo}`,
          decodeBatches
        ),
        (batches) => batches.map(signedBatchOf)
      )

    return { someWait, takeTurn, newestBatch, take, ends, keep, batchesFrom }
  })
}) {
  static readonly layer = Layer.effect(AuditSealStore, AuditSealStore.make)
}

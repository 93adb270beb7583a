import { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer, Stream } from "effect"
import { SecureRandom, Signature } from "effect/crypto"
import { statementOf } from "./AuditBatch.ts"
import { AuditKeys } from "./AuditKeys.ts"
import type { WrittenRecord } from "./AuditRecord.ts"
import { endStatement, headLine, lineOf } from "./AuditRecord.ts"
import { AuditRecordStore } from "./AuditRecordStore.ts"
import { auditVerifier } from "./AuditVerifier.ts"
import { nothing, utf8 } from "./hashing.ts"
import { recordsOf } from "./recordsOf.ts"
import type { Lines } from "./verifyExport.ts"
import { compareCheckpoints, signedByOneOf } from "./verifyExport.ts"
import { waitingRows } from "./waitingRows.ts"

/** The sealed record as a whole, for whoever operates the desk. */
export class AuditInspection extends Context.Service<AuditInspection>()("@opsdesk/audit/AuditInspection", {
  make: Effect.gen(function*() {
    const { digest } = yield* Sha256
    const { reading } = yield* Transaction
    const keys = yield* AuditKeys
    const records = recordsOf(yield* AuditRecordStore, reading)
    const signature = yield* Signature.Signature

    /** Everything that is sealed, and what waits, as lines of JSON; the last one is signed. */
    const exported = Stream.unwrap(Effect.gen(function*() {
      const head = headLine(DateTime.formatIso(yield* DateTime.now), yield* keys.publicKeys)
      const waiting = waitingRows(digest)
      waiting.head(head)
      let last = { batches: 0, hash: nothing.toHex() }
      const seen = (record: WrittenRecord): string => {
        if (record._tag === "Waiting") waiting.add(record.row)
        if (record._tag === "Batch") {
          const { batch } = record.signed
          last = { batches: batch.number, hash: digest(utf8(statementOf(batch))).toHex() }
        }
        return lineOf(record)
      }
      const end = Effect.gen(function*() {
        const key = yield* keys.signing
        const said = {
          batches: last.batches,
          lastBatch: last.hash,
          waiting: waiting.count(),
          digest: waiting.digest(),
          key: key.id
        }
        return lineOf({ _tag: "End", end: said, signature: (yield* key.sign(utf8(endStatement(said)))).toHex() })
      })
      return Stream.make(head).pipe(Stream.concat(Stream.map(records, seen)), Stream.concat(Stream.fromEffect(end)))
    }))

    /** Looks at what the database has now, with the desk's own keys. */
    const verify = Effect.fn("AuditInspection.verify")(function*<E = never, R = never>(checkpoints?: Lines<E, R>) {
      const signedBy = yield* Effect.orDie(
        Effect.provideService(signedByOneOf(yield* keys.publicKeys), Signature.Signature, signature)
      )
      const verifier = auditVerifier({ digest, signedBy, of: "database" })
      yield* Stream.runForEachArray(records, verifier.take)
      if (checkpoints !== undefined) {
        yield* compareCheckpoints(verifier, checkpoints, signedBy)
      }
      return verifier.report()
    })

    return { exported, verify }
  })
}) {
  static readonly layer = Layer.effect(AuditInspection, AuditInspection.make).pipe(
    Layer.provide([
      AuditKeys.layer,
      AuditRecordStore.layer,
      Signature.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto))
    ])
  )
}

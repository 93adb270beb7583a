import { Sha256 } from "@opsdesk/capabilities/Sha256"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { SecureRandom, Signature } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { SignedBatch, statementOf } from "./AuditBatch.ts"
import { recordOf } from "./AuditRecord.ts"
import type { VerifySignature } from "./AuditVerifier.ts"
import { auditVerifier } from "./AuditVerifier.ts"
import { utf8 } from "./hashing.ts"

const decodeCheckpoint = Schema.decodeUnknownOption(Schema.fromJsonString(SignedBatch))

export type Lines<E, R> = Stream.Stream<string, E, R>

/** A public key of Ed25519 (JWK, RFC 8037). */
export interface TrustedKey {
  readonly x: string
  readonly kid?: string | undefined
}

/** Signatures under these keys and no others. A key without an id, as other tools write them, stands for every id. */
export const signedByOneOf = Effect.fnUntraced(function*(keys: ReadonlyArray<TrustedKey>) {
  const signature = yield* Signature.Signature
  const known = yield* Effect.forEach(keys, ({ kid, x }) =>
    Effect.gen(function*() {
      const bytes = yield* Effect.fromResult(Base64Url.decode(x))
      return { kid, key: yield* Signature.publicKey(Signature.ed25519, bytes) }
    }))
  return Effect.fnUntraced(function*(id: string, signed: Uint8Array, data: Uint8Array) {
    const found = known.find(({ kid }) => kid === undefined || kid === id)
    return found !== undefined && (yield* Effect.orDie(signature.verify(found.key, signed, data)))
  })
})

/** Lines that a crash has cut short say nothing. Whole ones are compared, and must be signed as batches are. */
export const compareCheckpoints = <E, R>(
  verifier: ReturnType<typeof auditVerifier>,
  lines: Lines<E, R>,
  signedBy: VerifySignature
) =>
  Stream.runForEach(lines, (line) =>
    Option.match(decodeCheckpoint(line), {
      onNone: () => Effect.void,
      onSome: ({ batch, signature }) =>
        Effect.map(
          signedBy(batch.key, Uint8Array.fromHex(signature), utf8(statementOf(batch))),
          (good) => verifier.checkpoint(batch, good)
        )
    }))

/**
 * Looks at an export with nothing but the public keys that are trusted, and checkpoints where there are some. Keys that
 * the export names are not trusted for that.
 */
export const verifyExport = Effect.fnUntraced(function*<E, R, E2 = never, R2 = never>(options: {
  readonly lines: Lines<E, R>
  readonly keys: ReadonlyArray<TrustedKey>
  readonly checkpoints?: Lines<E2, R2> | undefined
}) {
  const { digest } = yield* Sha256
  const signedBy = yield* signedByOneOf(options.keys)
  const verifier = auditVerifier({ digest, signedBy, of: "export" })
  let line = 0
  yield* Stream.runForEachArray(options.lines, (lines) => verifier.take(lines.map((text) => recordOf(text, ++line))))
  if (options.checkpoints !== undefined) {
    yield* compareCheckpoints(verifier, options.checkpoints, signedBy)
  }
  return verifier.report()
}, Effect.provide(Signature.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto))))

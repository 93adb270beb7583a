import { Journal } from "@opsdesk/capabilities/Journal"
import type { KeyMaterial } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { keptFor } from "@opsdesk/kernel/keptFor"
import { Context, DateTime, Duration, Effect, Layer, Redacted, Schema } from "effect"
import { SecureRandom, Signature } from "effect/crypto"
import { Base64Url } from "effect/encoding"

/** The public half of an audit key (JWK, RFC 8037). */
export const AuditPublicKey = Schema.Struct({
  kty: Schema.Literal("OKP"),
  crv: Schema.Literal("Ed25519"),
  x: Schema.String,
  kid: Schema.String
})
export type AuditPublicKey = typeof AuditPublicKey.Type

const decodeSecret = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Struct({ x: Schema.String, d: Schema.String }))
)

/** A seal must be verified as long as its row is kept, which is for good: an old key signs no more, but stays known. */
const forGood = Duration.days(36_500)

/** How long a program goes on with the keys that it has read. */
const keysAreGoodFor = "30 seconds"

/** The keys that the audit is sealed with: Ed25519, kept as all keys of the desk are. */
export class AuditKeys extends Context.Service<AuditKeys>()("@opsdesk/audit/AuditKeys", {
  make: Effect.gen(function*() {
    const keyring = yield* Keyring
    const signature = yield* Signature.Signature
    const { atomic } = yield* Transaction
    const journal = yield* Journal

    const make: Effect.Effect<KeyMaterial> = Effect.gen(function*() {
      const pair = yield* signature.generateKeyPair(Signature.ed25519)
      const x = Base64Url.encode(yield* Signature.toBytes(pair.publicKey))
      const d = Base64Url.encode(yield* Signature.toBytes(pair.privateKey))
      const publicKey = { kty: "OKP", crv: "Ed25519", x }
      return { publicKey, secret: Redacted.make(JSON.stringify({ ...publicKey, d })) }
    }).pipe(Effect.orDie)

    const keys = yield* keptFor(
      Effect.flatMap(
        keyring.keys("audit", make),
        (known) =>
          Effect.forEach(known, ({ id, secret }) =>
            Effect.gen(function*() {
              const { d, x } = yield* decodeSecret(Redacted.value(secret))
              const seed = yield* Effect.fromResult(Base64Url.decode(d))
              const key = yield* Signature.privateKey(Signature.ed25519, seed)
              const shown: AuditPublicKey = { kty: "OKP", crv: "Ed25519", x, kid: id }
              return { id, key, shown }
            }).pipe(Effect.orDie))
      ),
      keysAreGoodFor
    )

    /** The key to sign with, at this moment. */
    const signing = Effect.flatMap(
      keys,
      ([first]) =>
        first === undefined ? Effect.die(new Error("there is no audit key")) : Effect.succeed({
          id: first.id,
          sign: (data: Uint8Array) => Effect.orDie(signature.sign(first.key, data))
        })
    )

    /** Has the audit sealed with a new key, a minute from now; the seals of the others stay good. On the record. */
    const rotate = Effect.fn("AuditKeys.rotate")(function*() {
      const rotation = yield* keyring.rotate("audit", make, forGood)
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: null,
        action: "audit_key.rotated",
        entity: { type: "key", id: rotation.id },
        before: null,
        after: { usedFrom: DateTime.formatIso(rotation.usedFrom) },
        events: []
      })
      return rotation
    }, atomic)

    return { signing, rotate, publicKeys: Effect.map(keys, (known) => known.map(({ shown }) => shown)) }
  })
}) {
  static readonly layer = Layer.effect(AuditKeys, AuditKeys.make).pipe(
    Layer.provide(Signature.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto)))
  )
}

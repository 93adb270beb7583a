import type { Attempt, KeptAnswer } from "@opsdesk/capabilities/KeptAnswers"
import { Effect, Layer, Redacted, Schema } from "effect"
import { Aead, Digest, Kdf, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"

const utf8 = (text: string) => new TextEncoder().encode(text)
const nonceLength = 12

const Head = Schema.fromJsonString(Schema.Struct({
  status: Schema.Int,
  headers: Schema.Record(Schema.String, Schema.String)
}))
const encodeHead = Schema.encodeEffect(Head)
const decodeHead = Schema.decodeUnknownEffect(Head)

const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  parts.reduce((at, part) => {
    whole.set(part, at)
    return at + part.length
  }, 0)
  return whole
}

const newline = 10

/** What stands in the table for an attempt, and how its answer is sealed and opened. */
export interface AttemptSeal {
  /** What its row is found by; it tells nothing of the key. */
  readonly name: string
  /** Differs for another request; it tells nothing of the request. */
  readonly fingerprint: Uint8Array
  readonly seal: (answer: KeptAnswer) => Effect.Effect<Uint8Array>
  readonly open: (sealed: Uint8Array) => Effect.Effect<KeptAnswer, Schema.SchemaError>
}

/**
 * Derives all that an attempt needs from its key, with HKDF-SHA-256 (RFC 5869) salted with the user: 32 bytes to name
 * the row by, 32 to mix into the request's SHA-256, 32 to seal with under AES-256-GCM. None of the three tells another.
 */
export const makeAttemptSeals = Effect.gen(function*() {
  const kdf = yield* Kdf.Kdf
  const aead = yield* Aead.Aead
  const digest = yield* Digest.Digest
  const random = yield* SecureRandom.SecureRandom

  return Effect.fnUntraced(function*({ key, request, userId }: Attempt) {
    const derived = yield* kdf.derive(Kdf.hkdfSha256, utf8(Redacted.value(key)), {
      salt: utf8(userId),
      info: utf8("idempotency_keys"),
      length: 96
    })
    const name = Base64Url.encode(derived.subarray(0, 32))
    const fingerprint = yield* digest.digest(Digest.sha256, concat(derived.subarray(32, 64), request))
    const secret = yield* Aead.key(Aead.aes256Gcm, derived.subarray(64))
    const aad = concat(utf8(`${userId}:${name}:`), fingerprint)

    const seal = Effect.fnUntraced(function*({ body, headers, status }: KeptAnswer) {
      const nonce = yield* random.randomBytes(nonceLength)
      const head = yield* encodeHead({ status, headers })
      const sealed = yield* aead.encrypt(secret, concat(utf8(`${head}\n`), body), { nonce, aad })
      return concat(nonce, sealed)
    }, Effect.orDie)

    const open = Effect.fnUntraced(function*(sealed: Uint8Array) {
      const bytes = yield* Effect.orDie(
        aead.decrypt(secret, sealed.subarray(nonceLength), { nonce: sealed.subarray(0, nonceLength), aad })
      )
      const end = bytes.indexOf(newline)
      const head = yield* decodeHead(new TextDecoder().decode(bytes.subarray(0, end)))
      const answer: KeptAnswer = { ...head, body: bytes.slice(end + 1) }
      return answer
    })

    const seals: AttemptSeal = { name, fingerprint, seal, open }
    return seals
  }, Effect.orDie)
})

/** The cryptography that it stands on. */
export const SealingCrypto = Layer.mergeAll(
  Kdf.layerWebCrypto,
  Digest.layerWebCrypto,
  Aead.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto))
)

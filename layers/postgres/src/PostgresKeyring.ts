import { PgClient } from "@effect/sql-pg"
import type { Key, KeyMaterial, KeyPurpose } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Data, DateTime, Effect, Layer, Redacted, Schema } from "effect"
import { Aead, Digest, Kdf, SecureRandom } from "effect/crypto"

/** One clear line for the operator: the programs of a desk share one `OPSDESK_SECRET`, for good. */
export class WrongSecret extends Data.TaggedError("WrongSecret") {
  override readonly message =
    "OPSDESK_SECRET is not the secret that the keys in the database were sealed with; set the one that was used first"
}

const KeyRow = Schema.Struct({
  id: Schema.String,
  publicKey: Schema.NullOr(Schema.Record(Schema.String, Schema.Json)),
  sealed: Schema.Uint8Array
})
const decodeRows = Schema.decodeUnknownEffect(Schema.Array(KeyRow))

const utf8 = (text: string) => new TextEncoder().encode(text)
const nonceLength = 12

const purposes: ReadonlyArray<KeyPurpose> = ["access-token", "cursor", "audit", "refresh-token"]

/** Keys in `sealed_keys`, each under AES-256-GCM with a key derived (HKDF, RFC 5869) from `OPSDESK_SECRET`. */
export const PostgresKeyring = (secret: Redacted.Redacted<string>) =>
  Layer.effect(
    Keyring,
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const { atomic, reading } = yield* Transaction
      const random = yield* SecureRandom.SecureRandom
      const kdf = yield* Kdf.Kdf
      const aead = yield* Aead.Aead
      const master = yield* Effect.flatMap(
        kdf.derive(Kdf.hkdfSha256, utf8(Redacted.value(secret)), {
          salt: utf8("opsdesk"),
          info: utf8("sealed_keys"),
          length: 32
        }),
        (bytes) => Aead.key(Aead.aes256Gcm, bytes)
      )

      const labelOf = (purpose: KeyPurpose, id: string) => utf8(`${purpose}:${id}`)

      const read = Effect.fnUntraced(function*(purpose: KeyPurpose) {
        const rows = yield* Effect.flatMap(
          sql`
            select id, public_key, sealed from sealed_keys
            where purpose = ${purpose} and retired_at is null
            order by created_at desc, id desc`,
          decodeRows
        )
        return yield* Effect.forEach(rows, ({ id, publicKey, sealed }) =>
          aead.decrypt(master, sealed.subarray(nonceLength), {
            nonce: sealed.subarray(0, nonceLength),
            aad: labelOf(purpose, id)
          }).pipe(
            Effect.catchTag("CryptoError", () =>
              Effect.die(new WrongSecret())),
            Effect.map((bytes): Key => ({ id, publicKey, secret: Redacted.make(new TextDecoder().decode(bytes)) }))
          ))
      })

      const add = Effect.fnUntraced(function*(purpose: KeyPurpose, material: KeyMaterial) {
        const id = yield* random.uuidV7()
        const nonce = yield* random.randomBytes(nonceLength)
        const sealed = yield* Effect.orDie(
          aead.encrypt(master, utf8(Redacted.value(material.secret)), { nonce, aad: labelOf(purpose, id) })
        )
        const publicKey = material.publicKey === null ? sql`null` : sql`${sql.json(material.publicKey)}`
        yield* sql`
          insert into sealed_keys (id, purpose, public_key, sealed, created_at)
          values (${id}, ${purpose}, ${publicKey}, ${concat(nonce, sealed)},
            ${DateTime.toDateUtc(yield* DateTime.now)})`
        const key: Key = { id, ...material }
        return key
      })

      const keys = Effect.fnUntraced(function*(purpose: KeyPurpose, make: Effect.Effect<KeyMaterial>) {
        // Programs that start together on a new desk must agree on the first key.
        yield* sql`select pg_advisory_xact_lock(hashtext(${`sealed_keys:${purpose}`}))`
        const [newest, ...older] = yield* read(purpose)
        return [newest ?? (yield* add(purpose, yield* make)), ...older] as const
      }, atomic)

      // A program with another secret must not begin to serve: told here, or, on a database that is away, by the first use.
      yield* Effect.gen(function*() {
        const [table] = yield* sql<{ there: boolean }>`select to_regclass('sealed_keys') is not null as there`
        if (table?.there === true) {
          yield* Effect.forEach(purposes, read, { discard: true })
        }
      }).pipe(
        reading,
        Effect.catchTag("DependencyUnavailable", () =>
          Effect.void)
      )

      return Keyring.of({ keys })
    })
  ).pipe(Layer.provide([
    Kdf.layerWebCrypto,
    Aead.layerWebCrypto.pipe(Layer.provide(SecureRandom.layerWebCrypto)),
    Digest.layerWebCrypto
  ]))

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

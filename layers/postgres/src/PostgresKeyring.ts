import { PgClient } from "@effect/sql-pg"
import type { Key, KeyMaterial, KeyPurpose } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, Data, DateTime, Duration, Effect, Layer, Redacted, Schema } from "effect"
import { Aead, Digest, Kdf, SecureRandom } from "effect/crypto"

/** One clear line for the operator: the programs of a desk share one `OPSDESK_SECRET`, for good. */
export class WrongSecret extends Data.TaggedError("WrongSecret") {
  override readonly message =
    "OPSDESK_SECRET is not the secret that the keys in the database were sealed with; set the one that was used first"
}

const KeyRow = Schema.Struct({
  id: Schema.String,
  createdAt: Schema.DateTimeUtcFromDate,
  publicKey: Schema.NullOr(Schema.Record(Schema.String, Schema.Json)),
  sealed: Schema.Uint8Array
})
const decodeRows = Schema.decodeUnknownEffect(Schema.Array(KeyRow))

const utf8 = (text: string) => new TextEncoder().encode(text)
const nonceLength = 12

const purposes: ReadonlyArray<KeyPurpose> = ["access-token", "cursor", "audit", "refresh-token"]

/** So long a new key is only shown: programs read their keys twice as often, and whoever keeps the public ones has a chance to. */
const untilAllHaveRead = Duration.minutes(1)

/** Newest first, except that the newest one that everybody has had time to read leads; or the oldest, where all are new. */
const toUseFirst = <A extends { readonly createdAt: DateTime.Utc }>(
  newestFirst: ReadonlyArray<A>,
  at: DateTime.Utc
): ReadonlyArray<A> => {
  const known = DateTime.subtractDuration(at, untilAllHaveRead)
  const use = newestFirst.find(({ createdAt }) => DateTime.isLessThanOrEqualTo(createdAt, known)) ?? newestFirst.at(-1)
  return use === undefined ? [] : [use, ...newestFirst.filter((key) => key !== use)]
}

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
        const at = yield* DateTime.now
        const rows = yield* Effect.flatMap(
          sql`
            select id, created_at, public_key, sealed from sealed_keys
            where purpose = ${purpose} and (retired_at is null or retired_at > ${DateTime.toDateUtc(at)})
            order by created_at desc, id desc`,
          decodeRows
        )
        return yield* Effect.forEach(toUseFirst(rows, at), ({ id, publicKey, sealed }) =>
          aead.decrypt(master, sealed.subarray(nonceLength), {
            nonce: sealed.subarray(0, nonceLength),
            aad: labelOf(purpose, id)
          }).pipe(
            Effect.catchTag("CryptoError", () =>
              Effect.die(new WrongSecret())),
            Effect.map((bytes): Key => ({ id, publicKey, secret: Redacted.make(new TextDecoder().decode(bytes)) }))
          ))
      })

      /** Programs that start together on a new desk must agree on the first key. */
      const alone = (purpose: KeyPurpose) =>
        sql`select pg_advisory_xact_lock(hashtext(${`sealed_keys:${purpose}`}))`

      const add = Effect.fnUntraced(function*(purpose: KeyPurpose, material: KeyMaterial) {
        const id = yield* random.uuidV7()
        const createdAt = yield* DateTime.now
        const nonce = yield* random.randomBytes(nonceLength)
        const sealed = yield* Effect.orDie(
          aead.encrypt(master, utf8(Redacted.value(material.secret)), { nonce, aad: labelOf(purpose, id) })
        )
        const publicKey = material.publicKey === null ? sql`null` : sql`${sql.json(material.publicKey)}`
        yield* sql`
          insert into sealed_keys (id, purpose, public_key, sealed, created_at)
          values (${id}, ${purpose}, ${publicKey}, ${concat(nonce, sealed)}, ${DateTime.toDateUtc(createdAt)})`
        const key: Key = { id, ...material }
        return { id, createdAt, key }
      })

      const rotate = Effect.fnUntraced(function*(
        purpose: KeyPurpose,
        make: Effect.Effect<KeyMaterial>,
        overlap: Duration.Duration
      ) {
        yield* alone(purpose)
        const { createdAt, id } = yield* add(purpose, yield* make)
        const usedFrom = DateTime.addDuration(createdAt, untilAllHaveRead)
        const othersGoodUntil = DateTime.addDuration(usedFrom, overlap)
        yield* sql`
          update sealed_keys set retired_at = ${DateTime.toDateUtc(othersGoodUntil)}
          where purpose = ${purpose} and id <> ${id} and retired_at is null`
        return { id, usedFrom, othersGoodUntil }
      })

      /** Not within a caller's transaction: that may be lost, and with it a key that others have been given by then. */
      const apart = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
        Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(sql.transactionService)(context))

      const readOrMake = Effect.fnUntraced(function*(purpose: KeyPurpose, make: Effect.Effect<KeyMaterial>) {
        yield* alone(purpose)
        const [first, ...others] = yield* read(purpose)
        return [first ?? (yield* add(purpose, yield* make)).key, ...others] as const
      }, atomic)

      // A program with another secret must not begin to serve: told here, or, on a database that is away, by the first use.
      yield* Effect.gen(function*() {
        const [table] = yield* sql<{ there: boolean }>`select to_regclass('sealed_keys') is not null as there`
        if (table?.there === true) {
          yield* Effect.forEach(purposes, read, { discard: true })
        }
      }).pipe(
        reading,
        Effect.catchTag("DependencyUnavailable", () => Effect.void)
      )

      /** Only the first of all waits for the others: keys that are there are read without a lock. */
      const keys = Effect.fnUntraced(function*(purpose: KeyPurpose, make: Effect.Effect<KeyMaterial>) {
        const [first, ...others] = yield* reading(read(purpose))
        return first === undefined ? yield* readOrMake(purpose, make) : [first, ...others] as const
      })

      return Keyring.of({ keys: (purpose, make) => apart(keys(purpose, make)), rotate })
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

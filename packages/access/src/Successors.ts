import type { KeyMaterial } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { keptFor } from "@opsdesk/kernel/keptFor"
import { Context, Effect, Layer, Redacted } from "effect"
import { Mac, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"

const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * The successor of a refresh token: HMAC-SHA-256 (RFC 2104) of the token under a key of the desk. So the desk can say it
 * again without keeping it, and whoever has only the token, or only the database, cannot.
 */
export class Successors extends Context.Service<Successors>()("@opsdesk/access/Successors", {
  make: Effect.gen(function*() {
    const keyring = yield* Keyring
    const random = yield* SecureRandom.SecureRandom
    const mac = yield* Mac.Mac

    const makeKey: Effect.Effect<KeyMaterial> = Effect.map(random.randomBytes(32), (bytes) => ({
      publicKey: null,
      secret: Redacted.make(Base64Url.encode(bytes))
    }))
    const keys = yield* keptFor(
      Effect.flatMap(
        keyring.keys("refresh-token", makeKey),
        ([newest, ...older]) => Effect.all([load(newest.secret), ...older.map(({ secret }) => load(secret))] as const)
      ),
      "30 seconds"
    )

    const under = (key: Mac.Key, secret: Uint8Array) => Effect.orDie(mac.sign(key, secret))

    /**
     * Under each key that is still in use, the one for new tokens first. It may have to read the keys, on a connection of
     * its own: never inside a transaction, or requests that hold all connections would wait for one more.
     */
    const of = (secret: Uint8Array) =>
      Effect.flatMap(
        keys,
        ([first, ...others]) => Effect.all([under(first, secret), ...others.map((key) => under(key, secret))] as const)
      )

    return { of }
  })
}) {
  static readonly layer = Layer.effect(Successors, Successors.make)
}

const load = (secret: Redacted.Redacted<string>) => Effect.orDie(Mac.key(Mac.hmacSha256, utf8(Redacted.value(secret))))

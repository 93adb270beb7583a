import type { Position } from "@opsdesk/capabilities/Cursors"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import type { KeyMaterial } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { keptFor } from "@opsdesk/kernel/keptFor"
import { Effect, Layer, Redacted, Result, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import type { KeyObject } from "node:crypto"
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto"

const PositionJson = Schema.fromJsonString(Schema.Array(Schema.Union([Schema.String, Schema.Finite])))
const decodePosition = Schema.decodeUnknownOption(PositionJson)

/**
 * Cursors as `<position>.<tag>`, both base64url; the tag is HMAC-SHA-256 (RFC 2104) over binding and position. Node's own
 * signs at once, from text to text: WebCrypto would send each page through the thread pool.
 */
export const MacCursors = Layer.effect(
  Cursors,
  Effect.gen(function*() {
    const keyring = yield* Keyring
    const random = yield* SecureRandom.SecureRandom

    const makeKey: Effect.Effect<KeyMaterial> = Effect.map(random.randomBytes(32), (bytes) => ({
      publicKey: null,
      secret: Redacted.make(Base64Url.encode(bytes))
    }))
    const keys = yield* keptFor(
      Effect.flatMap(
        keyring.keys("cursor", makeKey),
        (known) => Effect.succeed(known.map(({ secret }) => createSecretKey(Redacted.value(secret), "utf8")))
      ),
      "30 seconds"
    )
    const signed = (key: KeyObject, binding: string, position: string) =>
      createHmac("sha256", key).update(`${binding}\n${position}`)

    return Cursors.of({
      seal: Effect.fnUntraced(function*(binding, position) {
        const [key] = yield* keys
        if (key === undefined) return yield* Effect.die(new Error("the keyring has no cursor key"))
        const text = Buffer.from(JSON.stringify(position)).toString("base64url")
        return `${text}.${signed(key, binding, text).digest("base64url")}`
      }),
      open: Effect.fnUntraced(function*(binding, cursor) {
        const [text = "", tagText = "", ...more] = cursor.split(".")
        const tag = Base64Url.decode(tagText)
        const bytes = Base64Url.decodeString(text)
        if (more.length > 0 || Result.isFailure(tag) || Result.isFailure(bytes)) return null
        // Base64 has several texts for the same bytes; a cursor has one.
        if (Base64Url.encode(tag.success) !== tagText) return null
        for (const key of yield* keys) {
          const right = signed(key, binding, text).digest()
          if (tag.success.length === right.length && timingSafeEqual(tag.success, right)) {
            const position = decodePosition(bytes.success)
            return position._tag === "Some" ? position.value satisfies Position : null
          }
        }
        return null
      })
    })
  })
)

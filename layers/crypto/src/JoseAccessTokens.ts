import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import type { Key, KeyMaterial } from "@opsdesk/capabilities/Keyring"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { UserId } from "@opsdesk/kernel/Ids"
import { keptFor } from "@opsdesk/kernel/keptFor"
import { Clock, DateTime, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import * as jose from "jose"
import type { Checked } from "./checkedTokens.ts"
import { makeCheckedTokens } from "./checkedTokens.ts"

const algorithm = "EdDSA"
const audience = "opsdesk"
const lifetime = 15 * 60

/** Seconds by which clocks may differ. */
const tolerance = 5

const Claims = Schema.Struct({
  sub: UserId,
  sid: Schema.String.check(Schema.isUUID(7)),
  exp: Schema.Finite,
  iat: Schema.Finite
})
const decodeClaims = Schema.decodeUnknownOption(Claims)

const PrivateKey = Schema.fromJsonString(Schema.Struct({
  kty: Schema.Literal("OKP"),
  crv: Schema.Literal("Ed25519"),
  x: Schema.String,
  d: Schema.String
}))
const decodePrivateKey = Schema.decodeUnknownEffect(PrivateKey)

const makeKey: Effect.Effect<KeyMaterial> = Effect.promise(async () => {
  const pair = await jose.generateKeyPair(algorithm, { crv: "Ed25519", extractable: true })
  const { crv, d, kty, x } = await jose.exportJWK(pair.privateKey)
  return {
    publicKey: { kty: kty ?? "OKP", crv: crv ?? "Ed25519", x: x ?? "" },
    secret: Redacted.make(JSON.stringify({ kty, crv, x, d }))
  }
})

/** How long a program goes on with the keys that it has read: a rotation is noticed within this time. */
const keysAreGoodFor = "750 millis"

/** As many tokens as are in use at once are checked once each; beyond, some are checked again. */
const mostChecked = 20_000

/** As long as the youngest token that an old key has signed, and as long as a program may go on signing with it. */
const overlap = Duration.minutes(20)

/** JWTs signed with Ed25519 (RFC 8037, RFC 9068). `issuer` is the desk's public address, the same for all its programs. */
export const JoseAccessTokens = (options: { readonly issuer: string }) =>
  Layer.effect(
    AccessTokens,
    Effect.gen(function*() {
      const keyring = yield* Keyring
      const random = yield* SecureRandom.SecureRandom

      const load = Effect.fnUntraced(function*(key: Key) {
        const jwk = yield* Effect.orDie(decodePrivateKey(Redacted.value(key.secret)))
        const signing = yield* Effect.promise(() => jose.importJWK(jwk, algorithm))
        const verifying = yield* Effect.promise(() =>
          jose.importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, algorithm)
        )
        return { id: key.id, signing, verifying, x: jwk.x }
      })
      const keys = yield* keptFor(
        Effect.flatMap(keyring.keys("access-token", makeKey), ([first, ...others]) =>
          Effect.gen(function*() {
            return [yield* load(first), ...(yield* Effect.forEach(others, load))] as const
          })),
        keysAreGoodFor
      )

      const checked = makeCheckedTokens(mostChecked)

      const check = async (
        token: string,
        known: Effect.Success<typeof keys>,
        currentDate: Date
      ): Promise<Checked | undefined> => {
        try {
          const { payload, protectedHeader } = await jose.jwtVerify(token, ({ kid }) => {
            const key = known.find(({ id }) => id === kid)
            if (key === undefined) throw new jose.errors.JWKSNoMatchingKey()
            return key.verifying
          }, {
            algorithms: [algorithm],
            issuer: options.issuer,
            audience,
            typ: "at+jwt",
            requiredClaims: ["exp", "iat", "sub", "jti", "sid"],
            clockTolerance: tolerance,
            maxTokenAge: lifetime,
            currentDate
          })
          const claims = decodeClaims(payload)
          if (Option.isNone(claims)) return undefined
          const { exp, iat, sid, sub } = claims.value
          return {
            userId: sub,
            sessionId: sid,
            keyId: protectedHeader.kid ?? "",
            goodUntil: Math.min(exp, iat + lifetime) + tolerance
          }
        } catch (refused) {
          if (refused instanceof jose.errors.JOSEError) return undefined
          throw refused
        }
      }

      return AccessTokens.of({
        issue: Effect.fnUntraced(function*({ sessionId, userId }) {
          const [key] = yield* keys
          const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
          const jti = yield* random.uuidV7()
          const token = yield* Effect.promise(() =>
            new jose.SignJWT({ sid: sessionId })
              .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: key.id })
              .setIssuer(options.issuer).setAudience(audience).setSubject(userId).setJti(jti)
              .setIssuedAt(now).setExpirationTime(now + lifetime)
              .sign(key.signing)
          )
          return { token: Redacted.make(token), expiresIn: lifetime }
        }),
        verify: Effect.fnUntraced(function*(token) {
          const known = yield* keys
          const now = yield* DateTime.now
          const text = Redacted.value(token)
          const before = checked.find(
            text,
            now.epochMilliseconds / 1000,
            (keyId) => known.some(({ id }) => id === keyId)
          )
          if (before !== undefined) return Option.some({ userId: before.userId, sessionId: before.sessionId })
          const found = yield* Effect.promise(() => check(text, known, DateTime.toDateUtc(now)))
          if (found === undefined) return Option.none()
          checked.keep(text, found)
          return Option.some({ userId: found.userId, sessionId: found.sessionId })
        }),
        rotate: keyring.rotate("access-token", makeKey, overlap),
        publicKeys: Effect.map(
          keys,
          (known) =>
            known.map(({ id, x }) => ({ kty: "OKP", crv: "Ed25519", x, kid: id, use: "sig", alg: algorithm } as const))
        )
      })
    })
  )

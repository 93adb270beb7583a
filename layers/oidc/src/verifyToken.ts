import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { DateTime, Effect, Redacted } from "effect"
import * as jose from "jose"
import type { Claims } from "./claims.ts"
import type { LastGood } from "./lastGood.ts"
import type { KeySet } from "./providerKeys.ts"
import { algorithms } from "./providerKeys.ts"

/** In characters: no token of a person is longer, and what is not read costs nothing. */
export const maxToken = 16_384

/** By so many seconds may clocks differ. */
const tolerance = 5

/** What a token's two readable parts say, nothing of it verified; null where it is no signed JWT. */
export const readUnverified = (token: string): { readonly header: Claims; readonly claims: Claims } | null => {
  if (token.length > maxToken || token.split(".").length !== 3) return null
  try {
    return { header: { ...jose.decodeProtectedHeader(token) }, claims: { ...jose.decodeJwt(token) } }
  } catch {
    return null
  }
}

const isMeantFor = ({ aud }: Claims, audience: string) => Array.isArray(aud) ? aud.includes(audience) : aud === audience

export interface Expected {
  readonly issuer: string
  readonly audience: string
  /** Whether it is the kind of token that is asked for; what it says of itself is not verified then. */
  readonly isKind: (header: Claims, claims: Claims) => boolean
}

/** What is wrong with a token before a key is looked for, as a forged one should cost nobody a request; null if nothing. */
const faultOf = (
  { claims, header }: { readonly header: Claims; readonly claims: Claims },
  { audience, isKind, issuer }: Expected,
  now: number
): string | null => {
  const { alg, crit, kid } = header
  const { exp, iat } = claims
  if (typeof alg !== "string" || !algorithms.includes(alg)) return "its algorithm is not taken"
  if (crit !== undefined) return "its header has to be understood and is not"
  if (kid !== undefined && typeof kid !== "string") return "the name of its key is no text"
  if (claims["iss"] !== issuer) return "it is of another issuer"
  if (!isMeantFor(claims, audience)) return "it is for another audience"
  if (!isKind(header, claims)) return "it is of another kind"
  if (typeof exp !== "number" || exp <= now - tolerance) return "it has run out, or never does"
  // By a clock that is wrong, or by nobody.
  if (typeof iat !== "number" || iat > now + tolerance) return "it was issued later than now, or at no time"
  return null
}

/** Puts on record why a token is refused; whoever brought it is not told. */
export const refused = (why: string) => Effect.as(Effect.logDebug(`a token of the provider is refused: ${why}`), null)

const asError = (error: unknown): Error => error instanceof Error ? error : new Error(String(error))

const verifyWithOne = (token: string, key: jose.JWTVerifyGetKey, options: jose.JWTVerifyOptions) =>
  jose.jwtVerify(token, key, options).then(({ payload }): Claims => ({ ...payload }), asError)

/** A token that does not name its key may be signed with any that goes with its algorithm. */
const verifyWith = async (token: string, keys: KeySet, options: jose.JWTVerifyOptions): Promise<Claims | Error> => {
  const outcome = await verifyWithOne(token, keys, options)
  if (!(outcome instanceof jose.errors.JWKSMultipleMatchingKeys)) return outcome
  let last: Error = outcome
  for await (const key of outcome) {
    const tried = await verifyWithOne(token, async () => key, options)
    if (!(tried instanceof Error)) return tried
    last = tried
  }
  return last
}

/**
 * A token's claims where it is of the issuer, for the audience, at its time, and signed with one of the provider's keys;
 * else null. Keys that a token brings along or points at (`jwk`, `jku`, `x5c`, `x5u`) are not looked at. A key of an
 * unknown name may be new: the provider is asked once, and not again for a while.
 */
export const verifyToken = (
  token: Redacted.Redacted<string>,
  expected: Expected,
  keys: LastGood<KeySet>
): Effect.Effect<Claims | null, DependencyUnavailable> =>
  Effect.gen(function*() {
    const text = Redacted.value(token)
    const read = readUnverified(text)
    if (read === null) return yield* refused("it is no signed token, or too long")
    const at = yield* DateTime.now
    const fault = faultOf(read, expected, Math.floor(DateTime.toEpochMillis(at) / 1000))
    if (fault !== null) return yield* refused(fault)

    const options: jose.JWTVerifyOptions = {
      algorithms,
      issuer: expected.issuer,
      audience: expected.audience,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: tolerance,
      currentDate: DateTime.toDateUtc(at)
    }
    const known = yield* keys.current
    let verified = yield* Effect.promise(() => verifyWith(text, known, options))
    if (verified instanceof jose.errors.JWKSNoMatchingKey) {
      const newer = yield* keys.newerThan(known)
      if (newer !== known) verified = yield* Effect.promise(() => verifyWith(text, newer, options))
    }
    if (!(verified instanceof Error)) return verified
    if (!(verified instanceof jose.errors.JOSEError)) {
      // No fault of the token's: a key of the provider is none, or not for its algorithm.
      yield* Effect.logWarning("a key of the provider's cannot be used", verified)
    }
    return yield* refused(verified.message)
  })

import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { DateTime, Effect, Redacted } from "effect"
import * as jose from "jose"
import type { Claims } from "./claims.ts"
import type { LastGood } from "./lastGood.ts"
import type { KeySet } from "./providerKeys.ts"
import { algorithms } from "./providerKeys.ts"

/** In characters: no token of a person is longer, and what is not read costs nothing. */
export const maxToken = 8192

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

/** What must be so before a key is looked for: a forged token should cost nobody a request. */
const isPlausible = ({ alg, crit, kid }: Claims, claims: Claims, { audience, issuer }: Expected) =>
  typeof alg === "string" && algorithms.includes(alg) && crit === undefined &&
  (kid === undefined || typeof kid === "string") && claims["iss"] === issuer && isMeantFor(claims, audience)

const isSpent = (claims: Claims, now: number) => typeof claims["exp"] !== "number" || claims["exp"] <= now - tolerance

/** Issued later than now: by a clock that is wrong, or by nobody. */
const isFromTheFuture = (claims: Claims, now: number) =>
  typeof claims["iat"] !== "number" || claims["iat"] > now + tolerance

export interface Expected {
  readonly issuer: string
  readonly audience: string
  /** Whether it is the kind of token that is asked for; what it says of itself is not verified then. */
  readonly isKind: (header: Claims, claims: Claims) => boolean
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
    if (read === null || !isPlausible(read.header, read.claims, expected)) return null
    if (!expected.isKind(read.header, read.claims)) return null
    const at = yield* DateTime.now
    const now = Math.floor(DateTime.toEpochMillis(at) / 1000)
    if (isSpent(read.claims, now) || isFromTheFuture(read.claims, now)) return null

    const verifyWith = (set: KeySet) =>
      Effect.promise(() =>
        jose.jwtVerify(text, set, {
          algorithms,
          issuer: expected.issuer,
          audience: expected.audience,
          requiredClaims: ["exp", "iat", "sub"],
          clockTolerance: tolerance,
          currentDate: DateTime.toDateUtc(at)
        }).then(
          ({ payload }): Claims | "no key" | Error => ({ ...payload }),
          (error: unknown): "no key" | Error =>
            error instanceof jose.errors.JWKSNoMatchingKey
              ? "no key"
              : error instanceof Error
              ? error
              : new Error(String(error))
        )
      )

    const known = yield* keys.current
    let verified = yield* verifyWith(known)
    if (verified === "no key") {
      const newer = yield* keys.newerThan(known)
      verified = newer === known ? verified : yield* verifyWith(newer)
    }
    if (verified === "no key" || verified instanceof jose.errors.JOSEError) return null
    if (verified instanceof Error) {
      // No fault of the token's: a key of the provider is none, or not for its algorithm.
      yield* Effect.logWarning("a key of the provider's cannot be used", verified)
      return null
    }
    return verified
  })

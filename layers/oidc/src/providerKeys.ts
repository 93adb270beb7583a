import { Effect, Option, Schema } from "effect"
import * as jose from "jose"
import { boundedJson, ProviderTrouble } from "./boundedJson.ts"

/** Asymmetric ones that are in use. Neither `none` nor any where the key that verifies could also sign. */
export const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

/** More keys than any provider has at a time. */
const mostKeys = 100

/** 2048 bits, in base64url without padding: what is shorter is too weak to be believed (RFC 7518, section 3.3). */
const shortestModulus = 342

const name = Schema.optionalKey(Schema.String)
const shared = { kid: name, alg: name, use: name }
/** Public halves only: what else a key set says of a key is passed over. */
const PublicKey = Schema.Union([
  Schema.Struct({
    kty: Schema.Literal("RSA"),
    n: Schema.String.check(Schema.isMinLength(shortestModulus)),
    e: Schema.String,
    ...shared
  }),
  Schema.Struct({
    kty: Schema.Literal("EC"),
    crv: Schema.Literals(["P-256", "P-384", "P-521"]),
    x: Schema.String,
    y: Schema.String,
    ...shared
  }),
  Schema.Struct({ kty: Schema.Literal("OKP"), crv: Schema.Literal("Ed25519"), x: Schema.String, ...shared })
])
const decodeKey = Schema.decodeUnknownOption(PublicKey)
const decodeSet = Schema.decodeUnknownOption(Schema.Struct({ keys: Schema.Array(Schema.Unknown) }))

export type KeySet = ReturnType<typeof jose.createLocalJWKSet>

/** The provider's keys that signatures can be verified with (RFC 7517); the others of the set are passed over. */
export const fetchKeys = (url: string): Effect.Effect<KeySet, ProviderTrouble> =>
  Effect.gen(function*() {
    const { json, status } = yield* boundedJson(url)
    const set = status === 200 ? decodeSet(json) : Option.none()
    const all = Option.isSome(set) ? set.value.keys : []
    const keys = all.length > mostKeys ? [] : all.flatMap((key) => Option.toArray(decodeKey(key)))
    const signing = keys.filter(({ use }) => use === undefined || use === "sig")
    if (signing.length === 0) return yield* new ProviderTrouble({ message: `${url}: has no keys that can be used` })
    return jose.createLocalJWKSet({ keys: signing })
  })

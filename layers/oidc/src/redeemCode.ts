import type { SignInAnswer } from "@opsdesk/capabilities/IdentityProvider"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect, Option, Redacted, Schema } from "effect"
import { Digest } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { boundedJson } from "./boundedJson.ts"
import type { Claims } from "./claims.ts"
import type { Metadata } from "./discovery.ts"
import type { ProviderOptions } from "./ProviderOptions.ts"
import { readUnverified } from "./verifyToken.ts"

/** OpenID Connect Core 1.0, section 3.1.3.3. */
const TokenReply = Schema.Struct({
  access_token: Schema.String,
  token_type: Schema.String.check(Schema.isPattern(/^bearer$/iu)),
  id_token: Schema.String
})
const decodeReply = Schema.decodeUnknownOption(TokenReply)

export interface Tokens {
  readonly accessToken: Redacted.Redacted<string>
  readonly idToken: Redacted.Redacted<string>
}

/** Gives a code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5), or none where the provider refuses. */
export const redeemCode = (
  answer: SignInAnswer,
  { token_endpoint }: Metadata,
  { clientId, redirectUri }: ProviderOptions
): Effect.Effect<Option.Option<Tokens>, DependencyUnavailable> =>
  Effect.gen(function*() {
    const { json, status } = yield* boundedJson(token_endpoint, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: Redacted.value(answer.code),
        redirect_uri: redirectUri,
        client_id: clientId,
        code_verifier: Redacted.value(answer.codeVerifier)
      })
    }).pipe(Effect.catchTag("ProviderTrouble", ({ message }) =>
      Effect.andThen(
        Effect.logWarning(`the provider could not be asked for tokens: ${message}`),
        Effect.fail(new DependencyUnavailable({ dependency: "oidc" }))
      )))
    const reply = status === 200 ? decodeReply(json) : Option.none()
    if (Option.isNone(reply)) yield* Effect.logWarning(`the provider gave no tokens for a code: ${why(json)}`)
    return Option.map(reply, ({ access_token, id_token }) => ({
      accessToken: Redacted.make(access_token),
      idToken: Redacted.make(id_token)
    }))
  })

/** The error's name (RFC 6749, section 5.2) and nothing else: a description could hold anything. */
const why = ({ error }: Claims): string =>
  typeof error === "string" && /^[a-z_]{1,60}$/.test(error) ? error : "no answer that can be used"

/** The hash that goes with a signature's algorithm; EdDSA on Ed25519 has SHA-512 in it. */
const digestFor = (alg: unknown) => {
  if (alg === "EdDSA" || String(alg).endsWith("512")) return Digest.sha512
  return String(alg).endsWith("384") ? Digest.sha384 : Digest.sha256
}

/** Whether an identity token goes with the access token beside it; one without `at_hash` says nothing (section 3.1.3.8). */
export const goesWith = Effect.fnUntraced(function*(idClaims: Claims, { accessToken, idToken }: Tokens) {
  if (idClaims["at_hash"] === undefined) return true
  const digest = yield* Digest.Digest
  const alg = readUnverified(Redacted.value(idToken))?.header["alg"]
  const whole = yield* Effect.orDie(
    digest.digest(digestFor(alg), new TextEncoder().encode(Redacted.value(accessToken)))
  )
  return idClaims["at_hash"] === Base64Url.encode(whole.subarray(0, whole.length / 2))
})

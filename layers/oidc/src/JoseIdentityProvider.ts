import type { Provider } from "@opsdesk/capabilities/IdentityProvider"
import { IdentityProvider } from "@opsdesk/capabilities/IdentityProvider"
import { Effect, Layer, Option, Redacted } from "effect"
import { Digest } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { ProviderTrouble } from "./boundedJson.ts"
import type { Claims } from "./claims.ts"
import { vouchedIn } from "./claims.ts"
import { discover } from "./discovery.ts"
import { lastGood } from "./lastGood.ts"
import { fetchKeys } from "./providerKeys.ts"
import type { ProviderOptions } from "./ProviderOptions.ts"
import { goesWith, redeemCode } from "./redeemCode.ts"
import { isAccessToken, isIdTokenOf } from "./tokenKinds.ts"
import { readUnverified, refused, verifyToken } from "./verifyToken.ts"

/** Names and address come with these; roles come as the provider is told to send them. */
const scope = "openid profile email"

/**
 * A provider by its metadata and its published keys. Nothing is asked of it until somebody needs it, so a desk starts
 * while its provider is away; then what needs the provider fails with `DependencyUnavailable`, and the rest goes on.
 */
const make = (options: ProviderOptions) =>
  Effect.gen(function*() {
    const { audience, clientId, issuer, redirectUri } = options
    const digest = yield* Digest.Digest

    const metadata = lastGood("metadata", discover(issuer))
    const keys = lastGood(
      "keys",
      metadata.current.pipe(
        Effect.mapError(() => new ProviderTrouble({ message: "its metadata is not there" })),
        Effect.flatMap(({ jwks_uri }) => fetchKeys(jwks_uri))
      )
    )

    const verifyAccess = (token: Redacted.Redacted<string>) =>
      verifyToken(token, { issuer, audience, isKind: isAccessToken }, keys)
    const isOurId = isIdTokenOf(clientId)

    const vouchedFor = Effect.fnUntraced(function*(claims: Claims) {
      const vouched = vouchedIn(claims, options)
      if (Option.isNone(vouched)) yield* refused("it does not say properly of whom it is, or since when")
      return vouched
    })

    const verify: Provider["verify"] = Effect.fnUntraced(function*(token) {
      const claims = yield* verifyAccess(token)
      return claims === null ? Option.none() : yield* vouchedFor(claims)
    })

    const isAnswerOf: Provider["isAnswerOf"] = (named) =>
      Effect.map(
        metadata.current,
        (found) => named === null ? found.authorization_response_iss_parameter_supported !== true : named === issuer
      )

    const provider: Provider = {
      issuer,
      clientId,
      redirectUri,
      isNamedBy: (token) => readUnverified(Redacted.value(token))?.claims["iss"] === issuer,
      verify,
      isAnswerOf,
      authorizationUrl: Effect.fnUntraced(function*({ codeVerifier, nonce, state }) {
        const { authorization_endpoint } = yield* metadata.current
        const verifier = new TextEncoder().encode(Redacted.value(codeVerifier))
        const challenge = Base64Url.encode(yield* Effect.orDie(digest.digest(Digest.sha256, verifier)))
        const url = new URL(authorization_endpoint)
        const parameters = {
          response_type: "code",
          client_id: clientId,
          redirect_uri: redirectUri,
          scope,
          state,
          nonce,
          code_challenge: challenge,
          code_challenge_method: "S256"
        }
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
        return url.href
      }),
      redeem: Effect.fnUntraced(function*(answer) {
        // A code of another issuer must not be given to this one, nor to anybody (RFC 9207, section 2.4).
        if (!(yield* isAnswerOf(answer.issuer))) return Option.none()
        const tokens = yield* redeemCode(answer, yield* metadata.current, options)
        if (Option.isNone(tokens)) return Option.none()
        const id = yield* verifyToken(tokens.value.idToken, { issuer, audience: clientId, isKind: isOurId }, keys)
        if (id === null) return Option.none()
        if (id["nonce"] !== answer.nonce) {
          yield* refused("its nonce is another")
          return Option.none()
        }
        if (!(yield* Effect.provideService(goesWith(id, tokens.value), Digest.Digest, digest))) {
          yield* refused("it does not go with the access token beside it")
          return Option.none()
        }
        const vouched = yield* vouchedFor(id)
        // Many providers tell roles in the access token only.
        const access = Option.isSome(vouched) && (vouched.value.roles ?? []).length === 0
          ? yield* verify(tokens.value.accessToken)
          : Option.none()
        return Option.map(vouched, (person) =>
          Option.isSome(access) && access.value.subject === person.subject
            ? { ...person, roles: access.value.roles ?? person.roles }
            : person)
      })
    }
    return Option.some(provider)
  })

export const JoseIdentityProvider = (options: ProviderOptions) => Layer.effect(IdentityProvider, make(options))

/** For a desk that has accounts of its own only. */
export const NoIdentityProvider = Layer.succeed(IdentityProvider, Option.none())

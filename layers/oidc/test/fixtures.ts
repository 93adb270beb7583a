import type { Provider } from "@opsdesk/capabilities/IdentityProvider"
import { IdentityProvider } from "@opsdesk/capabilities/IdentityProvider"
import { JoseIdentityProvider } from "@opsdesk/oidc/JoseIdentityProvider"
import type { ProviderOptions } from "@opsdesk/oidc/ProviderOptions"
import { audience, clientId, redirectUri, SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { Clock, Effect, Layer, Option, Redacted } from "effect"
import { Digest } from "effect/crypto"
import * as jose from "jose"

export const optionsFor = (issuer: string): ProviderOptions => ({
  issuer,
  audience,
  clientId,
  rolesClaim: "realm.roles",
  redirectUri
})

/** The desk's side of the real provider. */
export const AtProvider = Layer.unwrap(
  Effect.map(SignInProvider, ({ issuer }) => JoseIdentityProvider(optionsFor(issuer)))
).pipe(Layer.provideMerge(SignInProvider.layer), Layer.provide(Digest.layerWebCrypto), Layer.provideMerge(Quiet))

/** The desk's side of some provider, on its own. */
export const providerAt = (issuer: string) =>
  deskSide.pipe(
    Effect.provide(JoseIdentityProvider(optionsFor(issuer))),
    Effect.provide(Digest.layerWebCrypto)
  )

export const deskSide: Effect.Effect<Provider, never, IdentityProvider> = Effect.flatMap(
  IdentityProvider,
  (provider) => Effect.orDie(Effect.fromOption(provider))
)

export const request = {
  state: "state-1",
  nonce: "nonce-1",
  codeVerifier: Redacted.make("v".repeat(43))
}

/** What the browser brings back, as the desk hands it on. */
export const answerIn = (address: string) => {
  const { searchParams } = new URL(address)
  return {
    code: Redacted.make(searchParams.get("code") ?? ""),
    issuer: searchParams.get("iss"),
    nonce: request.nonce,
    codeVerifier: request.codeVerifier
  }
}

/** The claims of a good access token, as the clock stands. */
export const goodClaims = Effect.gen(function*() {
  const { issuer } = yield* SignInProvider
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  return { iss: issuer, aud: audience as unknown, sub: "ada", iat: now, exp: now + 300, jti: "1" }
})

export const signed = (
  claims: Record<string, unknown>,
  key: jose.JWK,
  header: Record<string, unknown> = {}
): Effect.Effect<string> =>
  Effect.promise(async () =>
    new jose.CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({
        alg: key.alg ?? "RS256",
        typ: "at+jwt",
        ...(key.kid === undefined ? {} : { kid: key.kid }),
        ...header
      })
      .sign(await jose.importJWK(key, key.alg ?? "RS256"))
  )

export const subjectOf = (vouched: Effect.Success<ReturnType<Provider["verify"]>>) =>
  Option.getOrNull(Option.map(vouched, ({ subject }) => subject))

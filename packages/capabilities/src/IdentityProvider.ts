import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { DateTime, Effect, Option, Redacted } from "effect"
import { Context } from "effect"

/** What a provider says of somebody. `subject` is theirs at this issuer for good; all else may change. */
export interface Vouched {
  readonly issuer: string
  readonly subject: string
  /** Null where the provider tells none, or says itself that the address is not verified. */
  readonly email: string | null
  readonly name: string | null
  /** As the provider names them, whether the desk knows them or not. Null where it says nothing of roles at all. */
  readonly roles: ReadonlyArray<string> | null
  /** When the provider said so, to the second. */
  readonly at: DateTime.Utc
}

/** One sign-in at the provider, from the desk's side (RFC 6749, RFC 7636). */
export interface SignInRequest {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: Redacted.Redacted<string>
}

/** What the provider sent the browser back with. `issuer` is the `iss` parameter (RFC 9207), null where none came. */
export interface SignInAnswer {
  readonly code: Redacted.Redacted<string>
  readonly issuer: string | null
  readonly nonce: string
  readonly codeVerifier: Redacted.Redacted<string>
}

export interface Provider {
  readonly issuer: string
  readonly clientId: string
  /** Where the provider sends browsers back to: an address of the desk's own, registered there letter by letter. */
  readonly redirectUri: string
  /** Whether a token claims to be of this issuer. Nothing is verified, and nobody is asked. */
  readonly isNamedBy: (token: Redacted.Redacted<string>) => boolean
  /** For whom an access token of the issuer speaks, or none: forged, stale, meant for someone else, no access token. */
  readonly verify: (
    token: Redacted.Redacted<string>
  ) => Effect.Effect<Option.Option<Vouched>, DependencyUnavailable>
  /** Where a browser goes to sign in. */
  readonly authorizationUrl: (request: SignInRequest) => Effect.Effect<string, DependencyUnavailable>
  /**
   * Whether an answer that names this issuer, or none, may be this provider's (RFC 9207, section 2.4). It is asked of
   * refusals too: somebody else's must not end a sign-in here.
   */
  readonly isAnswerOf: (issuer: string | null) => Effect.Effect<boolean, DependencyUnavailable>
  /** Who has signed in, or none where the answer is not good: a spent code, another nonce, another issuer. */
  readonly redeem: (answer: SignInAnswer) => Effect.Effect<Option.Option<Vouched>, DependencyUnavailable>
}

/** A provider of identities (OpenID Connect) that people may come from; none on a desk with accounts of its own only. */
export class IdentityProvider extends Context.Service<IdentityProvider, Option.Option<Provider>>()(
  "@opsdesk/capabilities/IdentityProvider"
) {}

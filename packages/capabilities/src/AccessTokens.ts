import type { UserId } from "@opsdesk/kernel/Ids"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Effect, Option, Redacted, Schema } from "effect"
import { Context } from "effect"
import type { SqlError } from "effect/sql"
import type { Rotation } from "./Keyring.ts"

export interface AccessToken {
  readonly token: Redacted.Redacted<string>
  /** Seconds. */
  readonly expiresIn: number
}

/** A public signing key (RFC 7517), as `/.well-known/jwks.json` shows it. */
export interface PublicKey {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
  readonly kid: string
  readonly use: "sig"
  readonly alg: "EdDSA"
}

/** Access tokens: JWTs (RFC 9068, `typ` `at+jwt`) under an asymmetric key, good for 15 minutes. */
export class AccessTokens extends Context.Service<AccessTokens, {
  readonly issue: (subject: { readonly userId: UserId; readonly sessionId: string }) => Effect.Effect<
    AccessToken,
    DependencyUnavailable
  >
  /** Who the token speaks for, or none: forged, stale, meant for someone else. */
  readonly verify: (token: Redacted.Redacted<string>) => Effect.Effect<
    Option.Option<{ readonly userId: UserId; readonly sessionId: string }>,
    DependencyUnavailable
  >
  /**
   * Has tokens signed with a new key, a minute from now, when all programs know it; those signed with the old one stay
   * good for as long as they would have. Takes part in the caller's transaction.
   */
  readonly rotate: Effect.Effect<Rotation, SqlError.SqlError | Schema.SchemaError>
  readonly publicKeys: Effect.Effect<ReadonlyArray<PublicKey>, DependencyUnavailable>
}>()("@opsdesk/capabilities/AccessTokens") {}

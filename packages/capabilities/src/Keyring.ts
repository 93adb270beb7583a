import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { DateTime, Duration, Effect, Redacted, Schema } from "effect"
import { Context } from "effect"
import type { SqlError } from "effect/sql"

export type KeyPurpose = "access-token" | "cursor" | "audit" | "refresh-token"

/** What a key is made of: the secret as text (a JWK, or base64url bytes), the public half where there is one. */
export interface KeyMaterial {
  readonly publicKey: { readonly [name: string]: Schema.Json } | null
  readonly secret: Redacted.Redacted<string>
}

export interface Key extends KeyMaterial {
  readonly id: string
}

export interface Rotation {
  /** The id of the new key. */
  readonly id: string
  readonly usedFrom: DateTime.Utc
  readonly othersGoodUntil: DateTime.Utc
}

/** The keys that all programs of a desk share, kept where all can reach them and sealed so that only they can read them. */
export class Keyring extends Context.Service<Keyring, {
  /**
   * The keys that are good for a purpose. First the one to use: the newest that everybody has had time to read, then the
   * others. On a new desk the first one is made, once, whoever asks first.
   */
  readonly keys: (
    purpose: KeyPurpose,
    make: Effect.Effect<KeyMaterial>
  ) => Effect.Effect<readonly [Key, ...ReadonlyArray<Key>], DependencyUnavailable>
  /**
   * Adds a key, which is used as soon as everybody has had time to read it; the others stay good for `overlap` after
   * that. Takes part in the caller's transaction.
   */
  readonly rotate: (
    purpose: KeyPurpose,
    make: Effect.Effect<KeyMaterial>,
    overlap: Duration.Duration
  ) => Effect.Effect<Rotation, SqlError.SqlError | Schema.SchemaError>
}>()("@opsdesk/capabilities/Keyring") {}

import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Effect, Redacted, Schema } from "effect"
import { Context } from "effect"

export type KeyPurpose = "access-token" | "cursor" | "audit" | "refresh-token"

/** What a key is made of: the secret as text (a JWK, or base64url bytes), the public half where there is one. */
export interface KeyMaterial {
  readonly publicKey: { readonly [name: string]: Schema.Json } | null
  readonly secret: Redacted.Redacted<string>
}

export interface Key extends KeyMaterial {
  readonly id: string
}

/** The keys that all programs of a desk share, kept where all can reach them and sealed so that only they can read them. */
export class Keyring extends Context.Service<Keyring, {
  /** The keys in use for a purpose, newest first; on a new desk the first one is made, once, whoever asks first. */
  readonly keys: (
    purpose: KeyPurpose,
    make: Effect.Effect<KeyMaterial>
  ) => Effect.Effect<readonly [Key, ...ReadonlyArray<Key>], DependencyUnavailable>
}>()("@opsdesk/capabilities/Keyring") {}

import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Effect, Redacted } from "effect"
import { Context } from "effect"

/** A password's hash in PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`. */
export type PasswordHash = string

/** Keeps passwords so that a stolen database is of little use. Few run at once; with too many waiting it is unavailable. */
export class Passwords extends Context.Service<Passwords, {
  readonly hash: (password: Redacted.Redacted<string>) => Effect.Effect<PasswordHash, DependencyUnavailable>
  /**
   * Whether the password is the one behind the hash. Without a hash (no such account) it does the same work and says no,
   * so that time tells nobody who has an account.
   */
  readonly verify: (
    password: Redacted.Redacted<string>,
    hash: PasswordHash | null
  ) => Effect.Effect<boolean, DependencyUnavailable>
  /** Whether a hash was made with weaker parameters than today's. */
  readonly isOutdated: (hash: PasswordHash) => boolean
}>()("@opsdesk/capabilities/Passwords") {}

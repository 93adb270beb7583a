import type { Effect } from "effect"
import { Context, Data } from "effect"

export interface Mail {
  /** Without angle brackets (RFC 5322, section 3.6.4). Sent again it stays the same, so that readers can tell. */
  readonly messageId: string
  /** What the mail belongs to, likewise: mails with the same one are shown together. */
  readonly threadId: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly html: string
  /** `List-Id` (RFC 2919), for whoever sorts mail by rules. */
  readonly list: { readonly name: string; readonly id: string }
}

export interface Post {
  /** Sent again it stays the same. */
  readonly id: string
  /** In the markup of Slack, which others read too. */
  readonly text: string
}

/** It is not known to have arrived: it may have. `final` says that trying again would be refused again. */
export class NotSent extends Data.TaggedError("NotSent")<{ readonly message: string; readonly final: boolean }> {}

/**
 * What leaves the desk for people. Each ends when the other side has taken it, and fails within 20 s when it has not.
 * An implementation never writes into a log what it was given to send, only which it was.
 */
export class Notifier extends Context.Service<Notifier, {
  readonly send: (mail: Mail) => Effect.Effect<void, NotSent>
  readonly post: (post: Post) => Effect.Effect<void, NotSent>
}>()("@opsdesk/capabilities/Notifier") {}

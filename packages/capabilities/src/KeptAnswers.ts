import type { UserId } from "@opsdesk/kernel/Ids"
import type { Effect, Redacted, Schema } from "effect"
import { Context } from "effect"
import type { SqlError } from "effect/sql"

/** An answer as it is on the wire, but for what differs from one request to the next. */
export interface KeptAnswer {
  readonly status: number
  /** In small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A request that is to take effect once. */
export interface Attempt {
  readonly userId: UserId
  /** What the client calls it (`Idempotency-Key`), after what it has signed in with: what another one calls the same is another. */
  readonly key: Redacted.Redacted<string>
  /** Everything that two requests must share to be the same: method, address and body. */
  readonly request: Uint8Array
}

/** How an attempt stands to those before it. */
export type Standing =
  /** Nobody has answered it: who does keeps the answer, in the same transaction. */
  | { readonly _tag: "First"; readonly keep: (answer: KeptAnswer) => Effect.Effect<void, SqlError.SqlError> }
  | { readonly _tag: "Answered"; readonly answer: KeptAnswer }
  /** Another transaction is about to answer it. */
  | { readonly _tag: "InProgress" }
  /** The key stands for another request. */
  | { readonly _tag: "OfAnother" }

/**
 * First answers, kept for 24 hours under the key that the client gave its request
 * (draft-ietf-httpapi-idempotency-key-header). They are written in the transaction of what they tell, so that there is
 * an answer if and only if it took effect; and sealed so that whoever does not know the key cannot read them.
 */
export class KeptAnswers extends Context.Service<KeptAnswers, {
  /**
   * Takes the key for the transaction that it is called in, and never waits. The key is free again when that transaction
   * ends without having kept an answer.
   */
  readonly begin: (attempt: Attempt) => Effect.Effect<Standing, SqlError.SqlError | Schema.SchemaError>
}>()("@opsdesk/capabilities/KeptAnswers") {}

import type { Redacted } from "effect"
import { Effect } from "effect"
import { clientOf, connect } from "./impatient.ts"

/** Asks Redis whether it is there, on a line of its own for as long as the scope lives. */
export const redisPing = Effect.fnUntraced(function*(url: Redacted.Redacted<string>) {
  const client = yield* clientOf(url, { retryStrategy: (tries) => Math.min(50 * tries, 2000) })
  // Nobody waits for it: a Redis that is away keeps no program from starting.
  yield* Effect.forkScoped(Effect.ignore(connect(client)))
  return Effect.asVoid(Effect.tryPromise(() => client.ping()))
})

import { CurrentActor, scopesOf } from "@opsdesk/access/Actor"
import type { Permission } from "@opsdesk/access/Permission"
import { IdempotencyKeyReused, RequestInProgress, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect, Schema } from "effect"
import { insaneKey, isSaneKey, Once } from "../middleware/Once.ts"
import type { GraphContext, GraphServices } from "./graphContext.ts"

/** One text for inputs that say the same, in whichever order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => a < b ? -1 : 1))
      : inner)

const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * Lets a mutation take effect once under the key of its input, or that of the request's `Idempotency-Key`. What the desk
 * answered first is kept; whoever sends the mutation again gets that, and may ask other fields of it. What makes two
 * mutations the same is their name and their input. A right that has been lost meanwhile is asked for again, and what is
 * told again passes `again`: who may know of it is decided by how things stand now.
 */
export const underKey = <A, Told extends A, F>({ again, kept, name, permissions }: {
  readonly name: string
  /** Any of these must still be held for an answer to be given again. */
  readonly permissions: ReadonlyArray<Permission>
  readonly kept: Schema.Codec<A, string>
  /** What was answered, as it may be told again; fails where it may not. */
  readonly again: (answer: A) => Effect.Effect<Told, F, GraphServices>
}) => {
  const encode = Schema.encodeEffect(kept)
  const decode = Schema.decodeEffect(kept)

  return <E>(
    { idempotencyKey, note, run }: GraphContext,
    ownKey: string | undefined,
    input: object,
    act: Effect.Effect<A, E, GraphServices>
  ): Promise<A> => {
    const key = ownKey ?? idempotencyKey
    if (key === undefined) return run(act)
    return run(Effect.gen(function*() {
      if (!isSaneKey(key)) return yield* ValidationFailed.at("/idempotencyKey", insaneKey)
      const actor = yield* CurrentActor
      const once = yield* Once
      const request = `GraphQL ${name}\n${canonical(input)}`
      return yield* once.answered(
        { actor, key, request },
        Effect.fnUntraced(function*(standing) {
          switch (standing._tag) {
            case "Answered": {
              if (!permissions.some((permission) => scopesOf(actor, permission).size > 0)) return yield* act
              const answer = yield* Effect.orDie(decode(new TextDecoder().decode(standing.answer.body)))
              const told = yield* again(answer)
              note.replayed()
              return told
            }
            case "OfAnother":
              return yield* new IdempotencyKeyReused()
            case "InProgress":
              return yield* new RequestInProgress()
            case "First": {
              const answer = yield* act
              const body = utf8(yield* Effect.orDie(encode(answer)))
              yield* standing.keep({ status: 200, headers: {}, body })
              return answer
            }
          }
        })
      )
    }))
  }
}

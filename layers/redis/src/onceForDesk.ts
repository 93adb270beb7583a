import { CacheGeneration } from "@opsdesk/capabilities/CacheGeneration"
import { Duration, Effect, Exit } from "effect"

/**
 * Makes something of the desk's name, which stands in the names of all that it has in Redis: desks that share one hear,
 * count and find nothing of each other. The name is where the truth is and may not be told yet, so it is asked for when
 * it is needed, until it is known.
 */
export const onceForDesk = Effect.fnUntraced(function*<A, E>(make: (desk: string) => Effect.Effect<A, E>) {
  const { current } = yield* CacheGeneration
  const [made] = yield* Effect.cachedInvalidateWithTTL(
    Effect.flatMap(current, ({ desk }) => make(desk)),
    (exit) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero
  )
  return made
})

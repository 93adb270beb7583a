import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Clock, Duration, Effect, Fiber, Semaphore } from "effect"
import type { ProviderTrouble } from "./boundedJson.ts"

/** As long as this what was fetched is taken as it is. */
const fresh = Duration.toMillis("10 minutes")
/** As long as this it is gone on with while the provider does not answer. */
const usable = Duration.toMillis("1 hour")
/** Between two tries where something usable is there: a flood of unknown keys must not become a flood of requests. */
const cooldown = Duration.toMillis("30 seconds")
/** Between two tries where nothing is. */
const again = Duration.toMillis("5 seconds")

export interface LastGood<A> {
  /** What was fetched last, fetched anew when it is old. */
  readonly current: Effect.Effect<A, DependencyUnavailable>
  /** What there is after trying to get something newer than what was seen; within the cooldown, the same again. */
  readonly newerThan: (seen: A) => Effect.Effect<A, DependencyUnavailable>
}

/** What a provider publishes, kept: one request at a time, none within the cooldown, and the last good one for an hour. */
export const lastGood = <A>(what: string, fetch: Effect.Effect<A, ProviderTrouble>): LastGood<A> => {
  const turn = Semaphore.makeUnsafe(1)
  let kept: { readonly value: A; readonly at: number } | null = null
  let triedAt = -Infinity

  const keptIfUsable = (now: number) => kept !== null && now - kept.at < usable ? kept : null

  const read = (seen: A | null) =>
    turn.withPermits(1)(Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const before = keptIfUsable(now)
      const good = before !== null && before.value !== seen && now - before.at < fresh
      if (!good && now - triedAt >= (before === null ? again : cooldown)) {
        triedAt = now
        yield* fetch.pipe(
          Effect.tap((value) => Effect.sync(() => void (kept = { value, at: now }))),
          Effect.catchTag("ProviderTrouble", ({ message }) =>
            Effect.logWarning(`the provider's ${what} could not be fetched: ${message}`))
        )
      }
      const after = keptIfUsable(now)
      return after === null ? yield* new DependencyUnavailable({ dependency: "oidc" }) : after.value
    }))

  /** On a fiber of its own: whoever asks and goes away must not take the answer from those who wait for it. */
  const readAlone = (seen: A | null) => Effect.flatMap(Effect.forkDetach(read(seen)), Fiber.join)

  const current = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    return kept !== null && now - kept.at < fresh ? kept.value : yield* readAlone(null)
  })

  return { current, newerThan: readAlone }
}

import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Clock, Duration, Effect, Fiber } from "effect"
import type { ProviderTrouble } from "./boundedJson.ts"

/** As long as this what was fetched is taken as it is. */
const fresh = Duration.toMillis("10 minutes")
/** As long as this it is gone on with until something newer is there. */
const usable = Duration.toMillis("1 hour")
/** Between two tries where something usable is there: a flood of unknown keys must not become a flood of requests. */
const cooldown = Duration.toMillis("30 seconds")
/** Between two tries where nothing is. */
const again = Duration.toMillis("5 seconds")

export interface LastGood<A> {
  /** What was fetched last. Where it is old something newer is fetched meanwhile; nobody waits but where nothing is kept. */
  readonly current: Effect.Effect<A, DependencyUnavailable>
  /**
   * What there is after trying to get something newer than what was seen; within the cooldown, the same again. Waits for
   * as long as a fetch takes.
   */
  readonly newerThan: (seen: A) => Effect.Effect<A, DependencyUnavailable>
}

/** What a provider publishes, kept: one request at a time, none within the cooldown, and the last good one for an hour. */
export const lastGood = <A>(what: string, fetch: Effect.Effect<A, ProviderTrouble>): LastGood<A> => {
  let kept: { readonly value: A; readonly at: number } | null = null
  let triedAt = -Infinity
  let underway: Fiber.Fiber<void> | null = null

  const usableAt = (now: number) => kept !== null && now - kept.at < usable ? kept : null

  const fetchAt = (now: number) =>
    fetch.pipe(
      Effect.tap((value) => Effect.sync(() => void (kept = { value, at: now }))),
      Effect.catchTag("ProviderTrouble", ({ message }) =>
        Effect.logWarning(`the provider's ${what} could not be fetched: ${message}`)),
      Effect.tapCause((cause) =>
        Effect.logError(`the provider's ${what} could not be fetched`, cause)
      ),
      Effect.asVoid
    )

  /**
   * The fetch that is under way, begun now unless it is too soon for one. It runs on a fiber of its own: whoever asks and
   * goes away must not take the answer from those who wait for it.
   */
  const fetching = Effect.gen(function*() {
    const context = yield* Effect.context()
    const now = yield* Clock.currentTimeMillis
    // From here on nothing comes between: two who ask at once begin one fetch.
    if (underway !== null && underway.pollUnsafe() === undefined) return underway
    if (now - triedAt < (usableAt(now) === null ? again : cooldown)) return null
    triedAt = now
    underway = Effect.runForkWith(context)(fetchAt(now))
    return underway
  })

  const afterFetching = Effect.gen(function*() {
    const fiber = yield* fetching
    if (fiber !== null) yield* Fiber.join(fiber)
    const found = usableAt(yield* Clock.currentTimeMillis)
    return found === null ? yield* new DependencyUnavailable({ dependency: "oidc" }) : found.value
  })

  const current = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const found = usableAt(now)
    if (found === null) return yield* afterFetching
    if (now - found.at >= fresh) yield* fetching
    return found.value
  })

  const newerThan = Effect.fnUntraced(function*(seen: A) {
    const found = usableAt(yield* Clock.currentTimeMillis)
    return found !== null && found.value !== seen ? found.value : yield* afterFetching
  })

  return { current, newerThan }
}

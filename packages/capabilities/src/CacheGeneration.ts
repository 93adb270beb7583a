import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Effect } from "effect"
import { Context } from "effect"

export interface Generation {
  /** Tells this desk from any other that keeps things in the same place. */
  readonly desk: string
  /** What is kept is kept under this number. */
  readonly wanted: number
  /** While it is less than what is wanted, nobody may rely on what is kept. */
  readonly acknowledged: number
  /** For how long this has been wanted. */
  readonly wantedForMillis: number
}

/**
 * What the instances of a desk agree on about a cache that they share: whether it can be relied upon. It is kept where
 * the truth is, so that an instance that cannot reach the cache can still tell all others.
 */
export class CacheGeneration extends Context.Service<CacheGeneration, {
  readonly current: Effect.Effect<Generation, DependencyUnavailable>
  /** Something could not be dropped: from now on another generation is wanted, unless one is already. */
  readonly wantAnother: Effect.Effect<Generation, DependencyUnavailable>
  /** The cache answers, and nothing is kept in it under this number yet: it may be relied upon again. */
  readonly acknowledge: (wanted: number) => Effect.Effect<void, DependencyUnavailable>
}>()("@opsdesk/capabilities/CacheGeneration") {}

import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Context, Effect, Layer } from "effect"

/** Whose hits and misses are counted together. */
export type CacheName = "lists" | "tickets" | "rights"

/** What an answer is kept as. */
export interface Kept {
  readonly cache: CacheName
  /** Everything that the answer depends on but the state of the desk: also who asks, as far as it matters. */
  readonly key: string
  /** Everything of the desk's state that the answer depends on. */
  readonly tags: ReadonlyArray<string>
}

/**
 * Answers as encoded bytes, kept by tags: whatever touches a thing drops its tags, and nothing that began to be made
 * before is found again after. It holds nothing that could not be made anew: where it is away, answers are made anew.
 */
export class Cache extends Context.Service<Cache, {
  /**
   * What is kept, or what `load` makes, which is kept from then on for about 30 s. Those who want the same at the same
   * time wait for one load; a load that fails is only its own failure, and nothing of it is kept. The cache itself never
   * fails, and keeps nobody waiting for long.
   */
  readonly getOrLoad: <E, R>(kept: Kept, load: Effect.Effect<Uint8Array, E, R>) => Effect.Effect<Uint8Array, E, R>
  /**
   * After it, no instance of the desk finds what was kept under one of the tags. Dropping what nobody keeps is no
   * failure, and dropping twice drops once. It fails only where nobody could be told: this instance then finds nothing
   * until all could be.
   */
  readonly drop: (tags: ReadonlyArray<string>) => Effect.Effect<void, DependencyUnavailable>
}>()("@opsdesk/capabilities/Cache") {}

/** Keeps nothing: for programs that share a desk and have no place to keep things together. */
export const NoCache = Layer.succeed(Cache, { getOrLoad: (_, load) => load, drop: () => Effect.void })

import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Effect } from "effect"
import { Context } from "effect"

/**
 * What may be kept of answers, by tags such as `ticket:<id>`: whatever touches a thing drops its tag, and nothing that
 * was kept under it before is good any more.
 */
export class Cache extends Context.Service<Cache, {
  /** Dropping what nobody keeps is no failure, and dropping twice drops once. */
  readonly drop: (tags: ReadonlyArray<string>) => Effect.Effect<void, DependencyUnavailable>
  /** What an answer about these is to be kept under: another one as soon as any of them was dropped. */
  readonly stampOf: (tags: ReadonlyArray<string>) => Effect.Effect<string, DependencyUnavailable>
}>()("@opsdesk/capabilities/Cache") {}

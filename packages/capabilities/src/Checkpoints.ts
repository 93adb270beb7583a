import type { Effect } from "effect"
import { Context, Data } from "effect"

/** The place where checkpoints are kept is full, gone, or not to be written. */
export class CheckpointsUnavailable extends Data.TaggedError("CheckpointsUnavailable")<{ readonly cause: unknown }> {
  override get message() {
    return `checkpoints cannot be kept: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

/**
 * What the audit has come to, kept outside the database: whoever rewrites that does not reach this. Lines of JSON, the
 * newest last.
 */
export class Checkpoints extends Context.Service<Checkpoints, {
  /** The last line that is whole; null when there is none. */
  readonly last: Effect.Effect<string | null, CheckpointsUnavailable>
  /** Ends when the lines are on the disk. After a crash some of them may be there, the last one in part. */
  readonly append: (lines: ReadonlyArray<string>) => Effect.Effect<void, CheckpointsUnavailable>
}>()("@opsdesk/capabilities/Checkpoints") {}

import { Context, Effect } from "effect"

/** Between two steps that are not one: where a program that dies leaves the first done and the second undone. */
export const failpoints = [
  /** The relay knows what is due, and has published nothing of it. */
  "after-claim-before-publish",
  /** The broker has the events for good, and the outbox has them still. */
  "after-publish-before-delete",
  /** The consumer has noted that it tries an event by itself, and has done nothing about it. */
  "after-count-before-effect",
  /** The consumer has done its work, in a transaction that is still open. */
  "after-effect-before-commit",
  /** The effect is kept, and the broker does not know. */
  "after-commit-before-ack",
  /** RabbitMQ has the copy that comes again later, and the original too. */
  "after-retry-published-before-ack",
  /** The dead letter is kept, and the broker still holds the message. */
  "after-dead-before-ack",
  /** A command is kept, and whoever gave it has no answer. */
  "after-commit-before-reply"
] as const
export type Failpoint = typeof failpoints[number]

/**
 * What happens at those places: nothing. Tests of their own programs put something there that ends the process; no setting
 * of a real one can.
 */
export class Failpoints extends Context.Reference<{
  readonly reached: (point: Failpoint) => Effect.Effect<void>
}>("@opsdesk/capabilities/Failpoints", {
  defaultValue: () => ({ reached: () => Effect.void })
}) {}

/** Says that a place has been reached. */
export const reached = (point: Failpoint): Effect.Effect<void> =>
  Effect.flatMap(Failpoints, (points) => points.reached(point))

import { TicketId, UserId } from "@opsdesk/kernel/Ids"
import type { Effect, PubSub, Scope } from "effect"
import { Context, Schema } from "effect"

/** Something for those who have a ticket open at this moment, on whichever instance: never stored, at most 1 kB as JSON. */
export const Whisper = Schema.Union([
  Schema.Struct({ type: Schema.tag("typing"), ticketId: TicketId, userId: UserId, typing: Schema.Boolean }),
  /** Who has the ticket open on one instance; good until the lease ends, and replaced by the instance's next. */
  Schema.Struct({
    type: Schema.tag("presence"),
    ticketId: TicketId,
    instance: Schema.String,
    users: Schema.Array(UserId)
  })
])
export type Whisper = typeof Whisper.Type

/**
 * Carries hints between the instances of a desk. The events table is the truth: who has missed a hint finds what
 * happened there, a little later.
 */
export class RoomBus extends Context.Service<RoomBus, {
  /**
   * Something was committed. Neither waits nor fails: who listens in this program hears it at once, and many of them
   * become one hint to all other instances, sent in a moment.
   */
  readonly wake: Effect.Effect<void>
  /** Hints of this and all other instances; and one after each time hearing has been interrupted. */
  readonly wakes: Effect.Effect<PubSub.Subscription<void>, never, Scope.Scope>
  /** Best effort, to all other instances. */
  readonly whisper: (whisper: Whisper) => Effect.Effect<void>
  readonly whispers: Effect.Effect<PubSub.Subscription<Whisper>, never, Scope.Scope>
}>()("@opsdesk/capabilities/RoomBus") {}

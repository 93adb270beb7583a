import { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { Schema } from "effect"
import { Model } from "effect/schema"

/** Somebody who wants to hear what happens to a ticket, beside its requester and its assignee. */
export class Watcher extends Model.Class<Watcher>("Watcher")({
  ticketId: TicketId,
  userId: UserId,
  since: Moment
}) {}

/** What of a ticket decides whom it concerns, and what it is called. */
export const Concerned = Schema.Struct({
  id: TicketId,
  number: Schema.Int,
  title: Schema.String,
  requesterId: UserId,
  assigneeId: Schema.NullOr(UserId),
  teamId: Schema.NullOr(TeamId),
  /** With the instant from which they watch, in milliseconds since 1970. */
  watchers: Schema.Array(Schema.Struct({ userId: UserId, since: Schema.Int }))
})
export type Concerned = typeof Concerned.Type

import { EventId, NotificationId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Moment, MomentOrNull } from "@opsdesk/kernel/Moment"
import { Schema } from "effect"
import { Model } from "effect/schema"

/** What the desk tells people of, as events call it. */
export const NotificationType = Schema.Literals([
  "ticket.created",
  "ticket.assigned",
  "ticket.status_changed",
  "message.sent"
]).annotate({ identifier: "NotificationType" })
export type NotificationType = typeof NotificationType.Type

/** Why somebody hears of it; of several reasons the first. */
export const Reason = Schema.Literals(["assignee", "requester", "watcher"]).annotate({ identifier: "Reason" })
export type Reason = typeof Reason.Type

/** Something that happened on a ticket, as one person is told of it. */
export class Notification extends Model.Class<Notification>("Notification")({
  id: NotificationId,
  type: NotificationType,
  reason: Reason,
  ticketId: TicketId,
  ticketNumber: Schema.Int.annotate({ examples: [1042] }),
  ticketTitle: Schema.String.annotate({
    description: "As the ticket was called then",
    examples: ["VPN drops every ten minutes"]
  }),
  eventId: EventId.pipe(Schema.annotateKey({ description: "What happened, in `GET /v1/tickets/:id/events`" })),
  actorId: Schema.NullOr(UserId),
  at: Moment,
  readAt: MomentOrNull,
  /** Whose it is. */
  userId: Model.Field({ select: UserId })
}) {}

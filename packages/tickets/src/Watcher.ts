import { TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { Model } from "effect/schema"

/** Somebody who wants to hear what happens to a ticket, beside its requester and its assignee. */
export class Watcher extends Model.Class<Watcher>("Watcher")({
  ticketId: TicketId,
  userId: UserId,
  since: Moment
}) {}

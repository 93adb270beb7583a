import { UserId } from "@opsdesk/kernel/Ids"
import { Problem } from "@opsdesk/kernel/Problem"
import { TicketStatus } from "./Ticket.ts"

/** Also the answer to someone who may not know that the ticket exists. */
export class TicketNotFound extends Problem<TicketNotFound>()(
  "TicketNotFound",
  "not-found",
  "There is no such ticket, or none that you may see."
) {}

export class TicketCannotMove extends Problem<TicketCannotMove>()(
  "TicketCannotMove",
  "illegal-status-transition",
  "The ticket cannot move there from where it stands.",
  { from: TicketStatus, to: TicketStatus }
) {}

export class TicketAlreadyClaimed extends Problem<TicketAlreadyClaimed>()(
  "TicketAlreadyClaimed",
  "ticket-already-claimed",
  "Somebody was faster.",
  { assigneeId: UserId }
) {}

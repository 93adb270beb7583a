import type { Actor } from "@opsdesk/access/Actor"
import type { Audience, EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { permissionToRead } from "@opsdesk/messages/MessagePolicy"
import type { Whose } from "@opsdesk/tickets/TicketPolicy"
import { reaches } from "@opsdesk/tickets/TicketPolicy"

/** Whose a ticket was when it was last looked at. */
export interface Standing extends Whose {
  readonly version: number
}

/** An event of a ticket, and whose the ticket is at the moment that it is told. */
export interface RoomEvent {
  readonly envelope: EventEnvelope
  readonly ticketId: TicketId
  readonly seq: number
  readonly position: number
  readonly audience: Audience
  readonly ticket: Standing
}

/** Whether somebody may listen to what happens on a ticket. */
export const maySee = (actor: Actor, ticket: Whose): boolean => reaches(actor, "ticket:read", ticket)

/** Whether somebody may hear of an event: what was said asks for more than the ticket, and a note among agents for most. */
export const mayHear = (actor: Actor, { audience, envelope, ticket }: RoomEvent): boolean => {
  if (!maySee(actor, ticket)) return false
  return envelope.type === "message.sent" || audience === "internal"
    ? reaches(actor, permissionToRead(audience), ticket)
    : true
}

import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"
import type { TicketChanges, TicketStatus } from "./Ticket.ts"
import { Ticket } from "./Ticket.ts"

/** What the slice tells the world. */
export const ticketEventTypes = [
  "ticket.created",
  "ticket.updated",
  "ticket.assigned",
  "ticket.status_changed"
] as const

type Payload = { readonly [key: string]: Schema.Json }

const toJson = Schema.encodeSync(Ticket.json)

/** A ticket as it stands, as JSON. */
export const ticketJson = (ticket: Ticket): Payload => ({ ...toJson(ticket) })

const told = (ticket: Ticket, type: typeof ticketEventTypes[number], payload: Payload): NewEvent => ({
  type,
  ticketId: ticket.id,
  seq: ticket.lastSeq,
  audience: "public",
  payload
})

export const ticketCreated = (ticket: Ticket) => told(ticket, "ticket.created", { ticket: ticketJson(ticket) })

/** `ticket` is the ticket after the change; `before` and `after` hold only what changed. */
export const ticketUpdated = (ticket: Ticket, before: TicketChanges, after: TicketChanges) =>
  told(ticket, "ticket.updated", { before: { ...before }, after: { ...after } })

export const ticketAssigned = (ticket: Ticket, from: string | null) =>
  told(ticket, "ticket.assigned", { from, to: ticket.assigneeId })

export const ticketStatusChanged = (ticket: Ticket, from: TicketStatus, comment: string | null) =>
  told(ticket, "ticket.status_changed", { from, to: ticket.status, comment })

/** Somebody watches the ticket from now on, or no more; `seq` was drawn for it, as the ticket itself stays as it is. */
export const ticketWatched = (ticket: Ticket, seq: number, userId: UserId, watches: boolean): NewEvent => ({
  ...told(ticket, "ticket.updated", {
    before: { watcherId: watches ? null : userId },
    after: { watcherId: watches ? userId : null }
  }),
  seq
})

import { TicketId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"

/** What one can listen to: a ticket, or every ticket that one may see. */
export type Room = { readonly _tag: "Ticket"; readonly ticketId: TicketId } | { readonly _tag: "Tickets" }

export const tickets: Room = { _tag: "Tickets" }
export const roomOfTicket = (ticketId: TicketId): Room => ({ _tag: "Ticket", ticketId })

/** As clients name it: `ticket:<id>` or `tickets`. */
export const nameOf = (room: Room): string => room._tag === "Tickets" ? "tickets" : `ticket:${room.ticketId}`

const decodeId = Schema.decodeUnknownOption(TicketId)

/** The room of that name, or null where none is. */
export const roomNamed = (name: string): Room | null => {
  if (name === "tickets") return tickets
  const id = name.startsWith("ticket:") ? decodeId(name.slice("ticket:".length)) : undefined
  return id?._tag === "Some" ? roomOfTicket(id.value) : null
}

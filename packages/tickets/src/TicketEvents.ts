import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { EventType } from "@opsdesk/kernel/EventType"
import { UserId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"
import type { TicketChanges } from "./Ticket.ts"
import { Ticket, TicketStatus } from "./Ticket.ts"

const StatusMove = Schema.Struct({
  from: TicketStatus.annotate({ examples: ["in_progress"] }),
  to: TicketStatus.annotate({ examples: ["waiting"] }),
  comment: Schema.NullOr(Schema.String).annotate({ examples: ["Waiting for the provider."] })
})

const Changes = Schema.Record(Schema.String, Schema.Json)

/** What the slice tells the world. */
export const ticketEvents = {
  "ticket.created": {
    about: "A ticket was opened.",
    payload: Schema.Struct({ ticket: Ticket.json })
  },
  "ticket.updated": {
    about: "Title, description, type, priority, team or a watcher changed; both sides hold only what did.",
    payload: Schema.Struct({
      before: Changes.annotate({ examples: [{ priority: "normal" }] }),
      after: Changes.annotate({ examples: [{ priority: "urgent" }] })
    })
  },
  "ticket.assigned": {
    about: "The ticket went to somebody, or to nobody (null).",
    payload: Schema.Struct({ from: Schema.NullOr(UserId), to: Schema.NullOr(UserId) })
  },
  "ticket.status_changed": { about: "The ticket moved to another status.", payload: StatusMove }
} as const satisfies Record<string, EventType>

type Payload = { readonly [key: string]: Schema.Json }

const toJson = Schema.encodeSync(Ticket.json)

/** A ticket as it stands, as JSON. */
export const ticketJson = (ticket: Ticket): Payload => ({ ...toJson(ticket) })

const told = (ticket: Ticket, type: keyof typeof ticketEvents, payload: Payload): NewEvent => ({
  type,
  ticketId: ticket.id,
  seq: ticket.lastSeq,
  audience: "public",
  payload
})

export const ticketCreated = (ticket: Ticket) => told(ticket, "ticket.created", { ticket: ticketJson(ticket) })

/** The number of a ticket is drawn when it is written: where it stands in the record of that. */
export const numberOfCreated = [["after", "number"], ["events", "0", "payload", "ticket", "number"]]

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

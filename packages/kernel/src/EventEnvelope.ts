import { Schema } from "effect"
import { EventId, TicketId, UserId } from "./Ids.ts"
import { Timestamp } from "./Moment.ts"

/** Who may hear of an event: everybody who may see the ticket, or only those who may read its internal notes. */
export const Audience = Schema.Literals(["public", "internal"])
export type Audience = typeof Audience.Type

/** An event as it travels: on queues, in rooms, in `GET /v1/tickets/:id/events`. */
export const EventEnvelope = Schema.Struct({
  id: EventId,
  position: Schema.Int.annotate({ description: "Place among all events; it only grows", examples: [4711] }),
  type: Schema.String.annotate({ examples: ["ticket.status_changed"] }),
  occurredAt: Timestamp,
  ticketId: Schema.NullOr(TicketId),
  seq: Schema.NullOr(Schema.Int).annotate({
    description: "Place among the events of the ticket, from 1; null for events of no ticket",
    examples: [7]
  }),
  actorId: Schema.NullOr(UserId),
  requestId: Schema.NullOr(Schema.String).annotate({ examples: ["5f2c9c9e-5a0b-4c7e-9a50-0f2b0c5c7e11"] }),
  traceparent: Schema.NullOr(Schema.String).annotate({
    description: "W3C Trace Context of what made the event",
    examples: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
  }),
  payload: Schema.Record(Schema.String, Schema.Json).annotate({
    description: "What happened, by type",
    examples: [{ from: "in_progress", to: "waiting", comment: "Waiting for the provider." }]
  })
}).annotate({ identifier: "Event" })
export type EventEnvelope = typeof EventEnvelope.Type

/** An event that a command is about to record; the rest of the envelope comes from its circumstances. */
export interface NewEvent {
  readonly type: string
  readonly ticketId: TicketId | null
  readonly seq: number | null
  readonly audience: Audience
  readonly payload: { readonly [key: string]: Schema.Json }
}

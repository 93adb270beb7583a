import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { MessageId, UserId } from "@opsdesk/kernel/Ids"
import { Visibility } from "@opsdesk/messages/Message"
import { TicketStatus } from "@opsdesk/tickets/Ticket"
import { Effect, Schema } from "effect"
import type { NotificationType } from "./Notification.ts"

const payloads = {
  "ticket.created": Schema.Struct({ ticket: Schema.Struct({ description: Schema.String }) }),
  "ticket.assigned": Schema.Struct({ from: Schema.NullOr(UserId), to: Schema.NullOr(UserId) }),
  "ticket.status_changed": Schema.Struct({
    from: TicketStatus,
    to: TicketStatus,
    comment: Schema.NullOr(Schema.String)
  }),
  "message.sent": Schema.Struct({
    message: Schema.Struct({ id: MessageId, body: Schema.String, visibility: Visibility })
  })
} as const satisfies Record<NotificationType, Schema.Top>

/** What the desk tells people of, with what a reader wants to know of it. */
export type Happening = {
  readonly [Type in NotificationType]: {
    readonly type: Type
    readonly payload: typeof payloads[Type]["Type"]
  }
}[NotificationType]

const decoders = {
  "ticket.created": Schema.decodeUnknownEffect(payloads["ticket.created"]),
  "ticket.assigned": Schema.decodeUnknownEffect(payloads["ticket.assigned"]),
  "ticket.status_changed": Schema.decodeUnknownEffect(payloads["ticket.status_changed"]),
  "message.sent": Schema.decodeUnknownEffect(payloads["message.sent"])
}

/** What an event tells, or null where nobody is told of its kind. One of another shape than its type has is refused. */
export const happeningOf = (
  { payload, type }: Pick<EventEnvelope, "payload" | "type">
): Effect.Effect<Happening | null, Schema.SchemaError> => {
  switch (type) {
    case "ticket.created":
      return Effect.map(decoders[type](payload), (payload) => ({ type, payload }))
    case "ticket.assigned":
      return Effect.map(decoders[type](payload), (payload) => ({ type, payload }))
    case "ticket.status_changed":
      return Effect.map(decoders[type](payload), (payload) => ({ type, payload }))
    case "message.sent":
      return Effect.map(decoders[type](payload), (payload) => ({ type, payload }))
    default:
      return Effect.succeed(null)
  }
}

/** An internal note is for those who may read it, and leaves the desk in mails to them only. */
export const isInternal = (happening: Happening): boolean =>
  happening.type === "message.sent" && happening.payload.message.visibility === "internal"

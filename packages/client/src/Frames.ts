import { Message, TicketStatus } from "@opsdesk/api/contracts"
import { TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Timestamp } from "@opsdesk/kernel/Moment"
import { Schema } from "effect"

/** `ticket:<id>` for one ticket, `tickets` for every ticket that one may see. */
export type RoomName = `ticket:${string}` | "tickets"

/** What every event of a room says: its place, which in the room `tickets` is the `position` among all events. */
const place = {
  room: Schema.String,
  seq: Schema.NullOr(Schema.Int),
  position: Schema.optionalKey(Schema.Int),
  ticketId: TicketId
}

const MessageNew = Schema.Struct({ type: Schema.Literal("message:new"), ...place, message: Message.json })

const StatusChanged = Schema.Struct({
  type: Schema.Literal("ticket:statusChanged"),
  ...place,
  from: TicketStatus,
  to: TicketStatus,
  actorId: Schema.NullOr(UserId),
  at: Timestamp
})

/** Others tell that something changed; what, is read from the ticket. */
const Changed = Schema.Struct({
  type: Schema.Literals(["ticket:created", "ticket:updated", "ticket:assigned"]),
  ...place
})

export const RoomEvent = Schema.Union([MessageNew, StatusChanged, Changed])
export type RoomEvent = typeof RoomEvent.Type

const room = { room: Schema.String }
const id = { id: Schema.optionalKey(Schema.NullOr(Schema.String)) }

const Subscribed = Schema.Struct({
  type: Schema.Literal("subscribed"),
  ...room,
  ...id,
  seq: Schema.optionalKey(Schema.NullOr(Schema.Int))
})
const Unsubscribed = Schema.Struct({
  type: Schema.Literal("unsubscribed"),
  ...room,
  reason: Schema.optionalKey(Schema.String)
})
const Resync = Schema.Struct({ type: Schema.Literal("resync"), ...room })
const Presence = Schema.Struct({
  type: Schema.Literal("presence"),
  ...room,
  users: Schema.Array(Schema.Union([UserId, Schema.Struct({ id: UserId })]))
})
const Typing = Schema.Struct({
  type: Schema.Literal("typing"),
  room: Schema.optionalKey(Schema.String),
  ticketId: TicketId,
  userId: UserId,
  typing: Schema.Boolean
})
const Ack = Schema.Struct({
  type: Schema.Literal("ack"),
  ...id,
  clientMessageId: Schema.NullOr(Schema.String),
  message: Message.json
})
const Refusal = Schema.Struct({
  type: Schema.Literal("error"),
  code: Schema.String,
  title: Schema.optionalKey(Schema.String),
  detail: Schema.optionalKey(Schema.String),
  room: Schema.optionalKey(Schema.NullOr(Schema.String)),
  ...id
})
export type Refusal = typeof Refusal.Type

/** What a desk sends. A frame that is none of these is of a later desk, and passed over. */
export const ServerFrame = Schema.Union([
  RoomEvent,
  Subscribed,
  Unsubscribed,
  Resync,
  Presence,
  Typing,
  Ack,
  Refusal,
  Schema.Struct({ type: Schema.Literal("pong") })
])
export type ServerFrame = typeof ServerFrame.Type

export const readFrame = Schema.decodeUnknownOption(Schema.fromJsonString(ServerFrame))

/** What a client sends. */
export type ClientFrame =
  | { readonly type: "subscribe"; readonly room: RoomName; readonly after?: number; readonly id: string }
  | { readonly type: "unsubscribe"; readonly room: RoomName }
  | { readonly type: "message:send"; readonly id: string } & NewChatMessage
  | { readonly type: "typing"; readonly ticketId: string; readonly typing: boolean }
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "ping" }

export interface NewChatMessage {
  readonly ticketId: string
  readonly body: string
  readonly visibility: "public" | "internal"
  /** Chosen by the sender: sent again under the same name, it makes no second message. */
  readonly clientMessageId: string
}

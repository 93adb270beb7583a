import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { EventType } from "@opsdesk/kernel/EventType"
import { Schema } from "effect"
import { Message } from "./Message.ts"

/** What the slice tells the world. */
export const messageEvents = {
  "message.sent": {
    about: "Somebody wrote on the ticket; an internal note is told to those who may read it only.",
    payload: Schema.Struct({ message: Message.json })
  }
} as const satisfies Record<string, EventType>

const toJson = Schema.encodeSync(Message.json)

export const messageJson = (message: Message): { readonly [key: string]: Schema.Json } => ({ ...toJson(message) })

/** The sequence of a message is drawn when it is written: where it stands in the record of that. */
export const seqOfSent = [["after", "seq"], ["events", "0", "seq"], ["events", "0", "payload", "message", "seq"]]

/** An internal note is told only to those who may read it. */
export const messageSent = (message: Message): NewEvent => ({
  type: "message.sent",
  ticketId: message.ticketId,
  seq: message.seq,
  audience: message.visibility,
  payload: { message: messageJson(message) }
})

import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { Room } from "@opsdesk/rooms/Room"
import { nameOf } from "@opsdesk/rooms/Room"
import type { RoomEvent } from "@opsdesk/rooms/RoomEvent"
import type { Written } from "@opsdesk/serving/Outflow"
import { DateTime } from "effect"

/** What a frame says beside its type and place, by the type of its event. */
const frames: Readonly<
  Record<string, { readonly type: string; readonly of: (envelope: EventEnvelope) => object } | undefined>
> = {
  "message.sent": { type: "message:new", of: ({ payload }) => ({ message: payload["message"] }) },
  "ticket.created": {
    type: "ticket:created",
    of: (envelope) => ({ ticket: envelope.payload["ticket"], ...byWhom(envelope) })
  },
  "ticket.updated": {
    type: "ticket:updated",
    of: (envelope) => ({
      before: envelope.payload["before"],
      after: envelope.payload["after"],
      ...byWhom(envelope)
    })
  },
  "ticket.assigned": { type: "ticket:assigned", of: fromTo },
  "ticket.status_changed": { type: "ticket:statusChanged", of: fromTo }
}

function byWhom({ actorId, occurredAt }: EventEnvelope) {
  return { actorId, at: DateTime.formatIso(occurredAt) }
}

function fromTo(envelope: EventEnvelope) {
  return { from: envelope.payload["from"], to: envelope.payload["to"], ...byWhom(envelope) }
}

/** An event as a room's listeners get it, or null where they are not told of its type. */
export const frameOf = (room: Room, { envelope, position, seq, ticketId }: RoomEvent) => {
  const known = frames[envelope.type]
  return known === undefined ? null : {
    type: known.type,
    room: nameOf(room),
    seq: room._tag === "Tickets" ? position : seq,
    ticketId,
    ...known.of(envelope)
  }
}
export const written = (frame: { readonly type: string }): Written => ({
  type: frame.type,
  bytes: Buffer.from(JSON.stringify(frame))
})

/** Each event is written once for each kind of room, however many hear it. */
const kept = { Ticket: new WeakMap<RoomEvent, Written | null>(), Tickets: new WeakMap<RoomEvent, Written | null>() }

export const writtenEvent = (room: Room, event: RoomEvent): Written | null => {
  const known = kept[room._tag].get(event)
  if (known !== undefined) return known
  const frame = frameOf(room, event)
  const made = frame === null ? null : written(frame)
  kept[room._tag].set(event, made)
  return made
}

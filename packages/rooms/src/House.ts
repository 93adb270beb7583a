import { holdsAnywhere, scopesOf } from "@opsdesk/access/Actor"
import type { TicketId } from "@opsdesk/kernel/Ids"
import type { Place } from "./Line.ts"
import { happened } from "./Line.ts"
import type { Listener, TicketRoom } from "./Listener.ts"
import { audible } from "./Listener.ts"
import type { Room } from "./Room.ts"
import type { RoomEvent, Standing } from "./RoomEvent.ts"
import { maySee } from "./RoomEvent.ts"

export const bySeq: Place<RoomEvent> = ({ seq }) => seq
export const byPosition: Place<RoomEvent> = ({ position }) => position

export const placeIn = (room: Room): Place<RoomEvent> => room._tag === "Ticket" ? bySeq : byPosition

const newer = (known: Standing | null, other: Standing): Standing =>
  known === null || other.version >= known.version ? other : known

/** Whether a guest may be in the room of all tickets at all; which of them they hear of is decided for each. */
export const mayListenToAll = ({ guest }: Pick<Listener, "guest">): boolean => {
  const actor = guest.actor()
  return actor !== null && (holdsAnywhere(actor, "ticket:read") || scopesOf(actor, "ticket:read").size > 0)
}

const maySeeTicket = ({ guest }: Listener, ticket: Standing): boolean => {
  const actor = guest.actor()
  return actor !== null && maySee(actor, ticket)
}

/** Who is in which room of this program. Plain and without waiting: everything that is told passes through here. */
export class House {
  readonly #ofTickets = new Map<TicketId, TicketRoom>()
  readonly #ofAll = new Set<Listener>()

  /** How many listen, each room that somebody is in counted for them. */
  get listeners(): number {
    return [...this.#ofTickets.values()].reduce((sum, { listeners }) => sum + listeners.size, this.#ofAll.size)
  }

  get hasListenersToAll(): boolean {
    return this.#ofAll.size > 0
  }

  enter(room: Room, listener: Listener): void {
    if (room._tag === "Tickets") return void this.#ofAll.add(listener)
    const known = this.#ofTickets.get(room.ticketId)
    if (known === undefined) this.#ofTickets.set(room.ticketId, { listeners: new Set([listener]), ticket: null })
    else known.listeners.add(listener)
  }

  leave(room: Room, listener: Listener): void {
    if (room._tag === "Tickets") return void this.#ofAll.delete(listener)
    const known = this.#ofTickets.get(room.ticketId)
    known?.listeners.delete(listener)
    if (known?.listeners.size === 0) this.#ofTickets.delete(room.ticketId)
  }

  /** Somebody has looked whose a ticket is. */
  learn(ticketId: TicketId, ticket: Standing): void {
    const known = this.#ofTickets.get(ticketId)
    if (known !== undefined) known.ticket = newer(known.ticket, ticket)
  }

  /** Tells what was seen for the first time to the rooms of its tickets, after whoever may hear it no more was sent out. */
  tellTickets(events: ReadonlyArray<RoomEvent>): void {
    const byTicket = Map.groupBy(events, ({ ticketId }) => ticketId)
    for (const [ticketId, ofTicket] of byTicket) {
      const room = this.#ofTickets.get(ticketId)
      if (room === undefined) continue
      for (const { ticket } of ofTicket) room.ticket = newer(room.ticket, ticket)
      this.#sendOut(room)
      for (const listener of room.listeners) tell(bySeq, listener, ofTicket)
    }
  }

  /** Tells what has become settled to those who listen to all tickets. */
  tellAll(events: ReadonlyArray<RoomEvent>): void {
    if (events.length === 0) return
    for (const listener of this.#ofAll) tell(byPosition, listener, events)
  }

  /** Sends out everybody who may not listen any more where they are. */
  review(): void {
    for (const room of this.#ofTickets.values()) this.#sendOut(room)
    for (const listener of this.#ofAll) {
      if (mayListenToAll(listener)) continue
      this.#ofAll.delete(listener)
      sendOut(listener)
    }
  }

  #sendOut(room: TicketRoom): void {
    // Nobody has looked yet: whoever is joining will, and is refused there.
    if (room.ticket === null) return
    for (const listener of room.listeners) {
      if (maySeeTicket(listener, room.ticket)) continue
      room.listeners.delete(listener)
      sendOut(listener)
    }
  }
}

const sendOut = (listener: Listener): void => {
  listener.isOut = true
  listener.ear.withdrawn()
}

const tell = (place: Place<RoomEvent>, listener: Listener, events: ReadonlyArray<RoomEvent>): void => {
  const [line, told] = happened(place, listener.line, events)
  listener.line = line
  const heard = audible(listener.guest, told)
  if (heard.length > 0) listener.ear.hear(heard)
}

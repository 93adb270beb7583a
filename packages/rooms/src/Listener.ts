import type { Actor } from "@opsdesk/access/Actor"
import type { Effect } from "effect"
import type { Line } from "./Line.ts"
import type { RoomEvent, Standing } from "./RoomEvent.ts"
import { mayHear } from "./RoomEvent.ts"

/** Somebody who is connected, as they stand: what they may hear is decided anew whenever rights have changed. */
export interface Guest {
  /** As they stood when it was last asked; null once they may come in no more. */
  readonly actor: () => Actor | null
  /** Asks anew. What cannot be asked stays as it was. */
  readonly refresh: Effect.Effect<void>
  /** Milliseconds after which to ask anew although no rights have changed: what ends by itself tells nobody. */
  readonly goodFor: number
}

/** Where a listener is told. */
export interface Ear {
  /** What happens, at once and in order. Neither waits nor fails. */
  readonly hear: (events: ReadonlyArray<RoomEvent>) => void
  /** What happened before, page by page; the next is read when this one has been taken. */
  readonly recall: (events: ReadonlyArray<RoomEvent>) => Effect.Effect<void>
  /** Everything up to `last` has been told; what is heard from here on happens now. */
  readonly opened: (last: number) => void
  /** The access that was there is not any more; nothing follows. */
  readonly withdrawn: () => void
}

/** One guest in one room. */
export interface Listener {
  readonly guest: Guest
  readonly ear: Ear
  line: Line<RoomEvent>
  /** Once the access was withdrawn, also while they are still being told of before. */
  isOut: boolean
}

/** The events of some that a guest may hear of. */
export const audible = (guest: Guest, events: ReadonlyArray<RoomEvent>): ReadonlyArray<RoomEvent> => {
  const actor = guest.actor()
  if (actor === null || events.length === 0) return []
  return events.every((event) => mayHear(actor, event)) ? events : events.filter((event) => mayHear(actor, event))
}

/** Those who listen to one ticket, and whose it is as far as they know. */
export interface TicketRoom {
  readonly listeners: Set<Listener>
  ticket: Standing | null
}

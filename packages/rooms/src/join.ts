import type { Transaction } from "@opsdesk/capabilities/Transaction"
import type { TicketId } from "@opsdesk/kernel/Ids"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import { Effect } from "effect"
import type { FeedStore } from "./FeedStore.ts"
import type { House } from "./House.ts"
import { byPosition, bySeq, mayListenToAll } from "./House.ts"
import type { Place } from "./Line.ts"
import { open, recalled, waitAnew } from "./Line.ts"
import type { Listener } from "./Listener.ts"
import { audible } from "./Listener.ts"
import type { RoomEvent } from "./RoomEvent.ts"
import { maySee } from "./RoomEvent.ts"
import { CannotResume } from "./RoomProblems.ts"

const page = 200

/** Whoever is further behind in the room of all tickets reads the list anew, which is less to read. */
const furthestBehind = 10_000

interface Joining {
  readonly listener: Listener
  readonly reading: Transaction["Service"]["reading"]
  readonly store: FeedStore["Service"]
}

/** Tells page after page of what was before, and opens the line once nothing of it is left. */
const recallAll = Effect.fnUntraced(function*(
  { listener }: Joining,
  place: Place<RoomEvent>,
  read: (after: number) => Effect.Effect<ReadonlyArray<RoomEvent>, DependencyUnavailable | CannotResume>
) {
  const { ear, guest } = listener
  while (true) {
    listener.line = waitAnew(listener.line)
    const events = yield* read(listener.line.last)
    if (listener.isOut) return
    const [line, told] = recalled(place, listener.line, events)
    listener.line = line
    const heard = audible(guest, told)
    if (heard.length > 0) yield* ear.recall(heard)
    if (listener.isOut) return
    if (events.length === page) continue
    const opened = open(place, listener.line)
    if (opened === null) continue
    const last = listener.line.last
    listener.line = opened[0]
    ear.opened(last)
    const waited = audible(guest, opened[1])
    if (waited.length > 0) ear.hear(waited)
    return
  }
})

/** A ticket's events have no gap in their places: where one is, something is not kept any more. */
const withoutGap = (after: number, events: ReadonlyArray<RoomEvent>) => {
  const [first] = events
  return first === undefined || first.seq === after + 1 ? Effect.succeed(events) : Effect.fail(new CannotResume())
}

export const joinTicket = Effect.fnUntraced(function*(
  joiner: Joining & { readonly house: House },
  ticketId: TicketId,
  after: number | undefined
) {
  const { house, listener, reading, store } = joiner
  const [ticket] = yield* reading(store.ticket(ticketId))
  const actor = listener.guest.actor()
  if (ticket === undefined || actor === null || !maySee(actor, ticket)) return yield* new TicketNotFound()
  house.learn(ticketId, ticket)
  if (after !== undefined && after > ticket.lastSeq) return yield* new CannotResume()
  if (after === undefined) listener.line = { ...listener.line, last: ticket.lastSeq }
  yield* recallAll(
    joiner,
    bySeq,
    (last) => Effect.flatMap(reading(store.ofTicket(ticketId, last, page)), (events) => withoutGap(last, events))
  )
})

export const joinTickets = Effect.fnUntraced(function*(
  joiner: Joining & { readonly settled: () => number },
  after: number | undefined
) {
  const { listener, reading, settled, store } = joiner
  if (!mayListenToAll(listener)) return yield* new TicketNotFound()
  const settledThen = settled()
  if (after === undefined) listener.line = { ...listener.line, last: settledThen }
  else {
    const [{ first, last }] = yield* reading(store.bounds)
    // From 0 on means all that is kept.
    const isKept = after === 0 || after >= (first ?? 1) - 1 && after <= (last ?? 0)
    if (!isKept || settledThen - after > furthestBehind) return yield* new CannotResume()
  }
  yield* recallAll(joiner, byPosition, (last) => reading(store.ofTickets(last, settled(), page)))
})

import { Cache } from "@opsdesk/capabilities/Cache"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Context, Effect, Layer } from "effect"
import type { Ticket } from "./Ticket.ts"
import type { Placed } from "./TicketPlaceStore.ts"
import { TicketPlaceStore } from "./TicketPlaceStore.ts"
import { touchedTags } from "./TicketTags.ts"

/** Every place that a ticket may have been in: what it had of each kind, in every combination. */
const placesOf = ({ assigneeIds, requesterId, statuses, teamIds }: Placed) =>
  statuses.flatMap((status) =>
    assigneeIds.flatMap((assigneeId) => teamIds.map((teamId) => ({ status, assigneeId, teamId, requesterId })))
  )

/** Lets nobody read of tickets what was. */
export class TicketNews extends Context.Service<TicketNews>()("@opsdesk/tickets/TicketNews", {
  make: Effect.gen(function*() {
    const { atTheEnd, reading } = yield* Transaction
    const { drop } = yield* Cache
    const store = yield* TicketPlaceStore

    /**
     * Belongs into the transaction that changes a ticket: before whoever asked for the change hears of it, nobody finds
     * what was. Where that cannot be done, the change stands nevertheless, and the event of it tries again.
     */
    const changed = (before: Ticket | null, after: Ticket) =>
      atTheEnd(
        drop(touchedTags(after, before === null ? [after] : [before, after])).pipe(
          Effect.catch((error) => Effect.logWarning("what was kept of a ticket is not dropped yet", error))
        )
      )

    /** Drops what is kept of what some events have changed, whether or not that was done when it happened. */
    const heard = Effect.fn("TicketNews.heard")(function*(events: ReadonlyArray<EventEnvelope>) {
      const earliest = new Map<string, number>()
      for (const { seq, ticketId, type } of events) {
        // Messages and the like change nothing of what is kept.
        if (ticketId !== null && seq !== null && type.startsWith("ticket.")) {
          earliest.set(ticketId, Math.min(seq, earliest.get(ticketId) ?? seq))
        }
      }
      if (earliest.size === 0) return
      const placed = yield* reading(store.since([...earliest].map(([id, seq]) => ({ id, seq }))))
      yield* drop([...new Set(placed.flatMap((ticket) => touchedTags(ticket, placesOf(ticket))))])
    })

    return { changed, heard }
  })
}) {
  static readonly layer = Layer.effect(TicketNews, TicketNews.make).pipe(Layer.provide(TicketPlaceStore.layer))
}

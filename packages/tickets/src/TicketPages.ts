import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, Effect, Layer, Result } from "effect"
import type { HistoryEntry, TicketSummary } from "./Ticket.ts"
import type { SortKey, TicketFilter } from "./TicketFilter.ts"
import { newestFirst } from "./TicketFilter.ts"
import { TicketListStore } from "./TicketListStore.ts"
import { orderOf, positionIn } from "./TicketOrder.ts"
import type { Whose } from "./TicketPolicy.ts"
import { reaches } from "./TicketPolicy.ts"
import { TicketNotFound } from "./TicketProblems.ts"
import { historyBinding, ticketsBinding } from "./TicketQueue.ts"
import { TicketStore } from "./TicketStore.ts"

/** A ticket as the actor has read it. */
export interface SeenTicket extends Whose {
  readonly id: TicketId
}

export interface HistoryPage {
  readonly rows: ReadonlyArray<HistoryEntry>
  readonly more: boolean
}

/** What belongs to a list of tickets beside its rows, and what many tickets have, each in one statement. */
export class TicketPages extends Context.Service<TicketPages>()("@opsdesk/tickets/TicketPages", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const lists = yield* TicketListStore
    const store = yield* TicketStore
    const cursors = yield* Cursors

    /** How many tickets a list has, exact up to 10,000, where it stays. */
    const count = Effect.fn("TicketPages.count")(function*(filter: TicketFilter) {
      return yield* lists.count(yield* CurrentActor, filter, countedUpTo)
    }, reading)

    /** Cursors at tickets of a list: those that `TicketQueue.list` goes on from. */
    const cursorsAt = Effect.fnUntraced(function*(
      filter: TicketFilter,
      sort: ReadonlyArray<SortKey> = newestFirst,
      rows: ReadonlyArray<TicketSummary>
    ) {
      const binding = ticketsBinding(yield* CurrentActor, filter, sort)
      const positionOf = positionIn(orderOf(sort))
      return yield* Effect.forEach(rows, (row) => cursors.seal(binding, positionOf(row)))
    })

    /** The long texts, which lists leave out, of those that the actor may still see. */
    const texts = Effect.fn("TicketPages.texts")(function*(ids: ReadonlyArray<TicketId>) {
      return yield* store.texts(yield* CurrentActor, ids)
    }, reading)

    const historyAfter = Effect.fnUntraced(function*(actor: Actor, ticket: SeenTicket, cursor: string | undefined) {
      if (!reaches(actor, "ticket:read", ticket)) return yield* new TicketNotFound()
      const place = cursor === undefined ? [0] : yield* cursors.open(historyBinding(actor, ticket.id), cursor)
      return place === null
        ? yield* ValidationFailed.parameter("cursor", "is not a cursor of this ticket's history and this user")
        : { id: ticket.id, after: Number(place[0]) }
    })

    /** A page of each ticket's history, or why there is none, in the order of the tickets. */
    const histories = Effect.fn("TicketPages.histories")(function*(
      tickets: ReadonlyArray<SeenTicket>,
      limit: number,
      cursor: string | undefined
    ) {
      const actor = yield* CurrentActor
      const wanted = yield* Effect.forEach(tickets, (ticket) => Effect.result(historyAfter(actor, ticket, cursor)))
      const good = wanted.flatMap((one) => Result.isSuccess(one) ? [one.success] : [])
      const found = good.length === 0 ? [] : yield* store.histories(good, limit + 1)
      const byTicket = Map.groupBy(found, ({ ticketId }) => ticketId)
      return wanted.map(Result.map(({ id }): HistoryPage => {
        const rows = byTicket.get(id) ?? []
        return { rows: rows.slice(0, limit), more: rows.length > limit }
      }))
    }, reading)

    const historyCursorsAt = Effect.fnUntraced(function*(entries: ReadonlyArray<HistoryEntry>) {
      const actor = yield* CurrentActor
      return yield* Effect.forEach(entries, ({ seq, ticketId }) => cursors.seal(historyBinding(actor, ticketId), [seq]))
    })

    return { count, cursorsAt, texts, histories, historyCursorsAt }
  })
}) {
  static readonly layer = Layer.effect(TicketPages, TicketPages.make).pipe(
    Layer.provide([TicketStore.layer, TicketListStore.layer])
  )
}

import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { Context, Effect, Layer } from "effect"
import type { TicketRef } from "./Ticket.ts"
import type { SortKey, TicketFilter } from "./TicketFilter.ts"
import { newestFirst } from "./TicketFilter.ts"
import { TicketListStore } from "./TicketListStore.ts"
import { orderOf, positionIn } from "./TicketOrder.ts"
import { reaches } from "./TicketPolicy.ts"
import { TicketNotFound } from "./TicketProblems.ts"
import { TicketStore } from "./TicketStore.ts"

/** What the cursors of a list of tickets are good for. */
export const ticketsBinding = (actor: Actor, filter: TicketFilter, sort: ReadonlyArray<SortKey>): string =>
  bindingOf("tickets", actor.userId, { ...filter, sort })

export const historyBinding = (actor: Actor, ticketId: TicketId): string =>
  bindingOf("history", actor.userId, { ticketId })

/** What people read of tickets. */
export class TicketQueue extends Context.Service<TicketQueue>()("@opsdesk/tickets/TicketQueue", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const lists = yield* TicketListStore
    const store = yield* TicketStore
    const cursors = yield* Cursors

    const visible = Effect.fnUntraced(function*(ref: TicketRef) {
      const actor = yield* CurrentActor
      const [ticket] = yield* store.find(actor, ref)
      return ticket ?? (yield* new TicketNotFound())
    })

    const get = Effect.fn("TicketQueue.get")(visible, reading)

    const list = Effect.fn("TicketQueue.list")(function*(
      filter: TicketFilter,
      sort: ReadonlyArray<SortKey> = newestFirst,
      request: PageRequest
    ) {
      const actor = yield* CurrentActor
      const order = orderOf(sort)
      return yield* readPage(cursors, {
        request,
        binding: ticketsBinding(actor, filter, sort),
        read: (after, rows) => lists.page(actor, filter, order, after, rows),
        positionOf: positionIn(order),
        count: lists.count(actor, filter, countedUpTo + 1)
      })
    }, reading)

    const history = Effect.fn("TicketQueue.history")(function*(ref: TicketRef, request: PageRequest) {
      const actor = yield* CurrentActor
      const ticket = yield* visible(ref)
      return yield* readPage(cursors, {
        request,
        binding: historyBinding(actor, ticket.id),
        read: (after, rows) => store.history(ticket.id, Number(after?.[0] ?? 0), rows),
        positionOf: ({ seq }) => [seq],
        count: store.countHistory(ticket.id, countedUpTo + 1)
      })
    }, reading)

    const events = Effect.fn("TicketQueue.events")(function*(
      ref: TicketRef,
      afterSeq: number,
      request: PageRequest
    ) {
      const actor = yield* CurrentActor
      const ticket = yield* visible(ref)
      const internalToo = reaches(actor, "message:read_internal", ticket)
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("events", actor.userId, { ticketId: ticket.id, afterSeq }),
        read: (after, rows) => store.events(ticket.id, internalToo, Number(after?.[0] ?? afterSeq), rows),
        positionOf: ({ seq }) => [seq ?? 0],
        count: store.countEvents(ticket.id, internalToo, afterSeq, countedUpTo + 1)
      })
    }, reading)

    return { get, list, history, events }
  })
}) {
  static readonly layer = Layer.effect(TicketQueue, TicketQueue.make).pipe(
    Layer.provide([TicketStore.layer, TicketListStore.layer])
  )
}

import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Rights } from "@opsdesk/access/Rights"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { UserId } from "@opsdesk/kernel/Ids"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import type { Ticket, TicketRef } from "./Ticket.ts"
import { TicketDoor } from "./TicketDoor.ts"
import { ticketWatched } from "./TicketEvents.ts"
import { permitOn, reaches } from "./TicketPolicy.ts"
import { Watcher } from "./Watcher.ts"
import { WatcherStore } from "./WatcherStore.ts"

/** So many may watch one ticket: what happens there is told to each of them. */
const atMost = 100

/**
 * Who hears of a ticket without being its requester or assignee. Everybody who sees the ticket may watch it themselves;
 * whoever may assign it may have others watch it, and watch it no more. What changes nothing leaves no trace.
 */
export class WatcherDesk extends Context.Service<WatcherDesk>()("@opsdesk/tickets/WatcherDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* WatcherStore
    const door = yield* TicketDoor
    const rights = yield* Rights
    const journal = yield* Journal
    const cursors = yield* Cursors

    const list = Effect.fn("WatcherDesk.list")(function*(ref: TicketRef, request: PageRequest) {
      const actor = yield* CurrentActor
      const ticket = yield* door.find(actor, ref)
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("watchers", actor.userId, { ticketId: ticket.id }),
        read: (after, rows) => store.page(ticket.id, after === null ? null : String(after[0]), rows),
        positionOf: ({ userId }) => [userId],
        count: store.count(ticket.id, countedUpTo + 1)
      })
    }, reading)

    /** The ticket, held, and who watches it now of those asked about. */
    const held = Effect.fnUntraced(function*(ref: TicketRef, userId: UserId) {
      const actor = yield* CurrentActor
      const ticket = yield* door.lock(actor, ref)
      if (userId !== actor.userId) yield* permitOn(actor, "ticket:assign", ticket)
      const [there] = yield* store.one(ticket.id, userId)
      return { actor, ticket, there }
    })

    /** The ticket itself is no other for it, so it keeps its version; what happens to it has one thing more. */
    const record = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket, userId: UserId, watches: boolean) {
      const seq = yield* door.drawSeq(ticket)
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: actor.userId,
        action: watches ? "ticket.watcher_added" : "ticket.watcher_removed",
        entity: { type: "ticket", id: ticket.id },
        before: { watcherId: watches ? null : userId },
        after: { watcherId: watches ? userId : null },
        events: [ticketWatched(ticket, seq, userId, watches)]
      })
    })

    const mayBecomeOne = Effect.fnUntraced(function*(ticket: Ticket, userId: UserId) {
      const other = yield* rights.actorNow(userId)
      if (!Option.exists(other, (actor) => reaches(actor, "ticket:read", ticket))) {
        return yield* ValidationFailed.parameter("userId", "is not the id of somebody who may see the ticket")
      }
      if ((yield* store.count(ticket.id, atMost)) >= atMost) {
        return yield* ValidationFailed.parameter("userId", `is one too many: ${atMost} people watch the ticket already`)
      }
    })

    const watch = Effect.fn("WatcherDesk.watch")(function*(ref: TicketRef, userId: UserId) {
      const { actor, there, ticket } = yield* held(ref, userId)
      if (there !== undefined) return there
      yield* mayBecomeOne(ticket, userId)
      const watcher = new Watcher({ ticketId: ticket.id, userId, since: yield* DateTime.now })
      yield* store.insert(watcher)
      yield* record(actor, ticket, userId, true)
      return watcher
    }, atomic)

    const unwatch = Effect.fn("WatcherDesk.unwatch")(function*(ref: TicketRef, userId: UserId) {
      const { actor, there, ticket } = yield* held(ref, userId)
      if (there === undefined) return
      yield* store.remove(ticket.id, userId)
      yield* record(actor, ticket, userId, false)
    }, atomic)

    return { list, watch, unwatch }
  })
}) {
  static readonly layer = Layer.effect(WatcherDesk, WatcherDesk.make).pipe(
    Layer.provide([WatcherStore.layer, TicketDoor.layer, Rights.layer])
  )
}

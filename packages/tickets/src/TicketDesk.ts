import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { mustMatch } from "@opsdesk/kernel/EntityTag"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import { HistoryEntryId, TicketId } from "@opsdesk/kernel/Ids"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { UserDirectory } from "@opsdesk/users/UserDirectory"
import type { Schema } from "effect"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { NewTicket, StatusChange, TicketChanges, TicketRef } from "./Ticket.ts"
import { Ticket } from "./Ticket.ts"
import { ticketAssigned, ticketCreated, ticketJson, ticketStatusChanged, ticketUpdated } from "./TicketEvents.ts"
import { TicketNews } from "./TicketNews.ts"
import { mayOpen, mayOpenForOthers, permissionToMove, permitOn } from "./TicketPolicy.ts"
import { TicketAlreadyClaimed, TicketCannotMove, TicketNotFound } from "./TicketProblems.ts"
import type { Move } from "./TicketStore.ts"
import { TicketStore } from "./TicketStore.ts"

const fields = ["title", "description", "priority", "type", "teamId"] as const

/** The part of some changes that would change the ticket, as it is and as it would be. */
const differing = (ticket: Ticket, changes: TicketChanges) => {
  const changed = fields.filter((field) => changes[field] !== undefined && changes[field] !== ticket[field])
  const pick = (from: TicketChanges): TicketChanges => Object.fromEntries(changed.map((field) => [field, from[field]]))
  return { before: pick(ticket), after: pick(changes), none: changed.length === 0 }
}

/** What people do to a ticket. `ifMatch` names the versions that it may be done to, any where it is left out. */
export class TicketDesk extends Context.Service<TicketDesk>()("@opsdesk/tickets/TicketDesk", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const store = yield* TicketStore
    const directory = yield* UserDirectory
    const journal = yield* Journal
    const news = yield* TicketNews
    const random = yield* SecureRandom.SecureRandom

    const lockVisible = Effect.fnUntraced(function*(actor: Actor, ref: TicketRef) {
      const [ticket] = yield* store.lock(actor, ref)
      return ticket ?? (yield* new TicketNotFound())
    })

    const teamMustExist = Effect.fnUntraced(function*(teamId: Ticket["teamId"] | undefined) {
      if (teamId && !(yield* directory.isTeam(teamId))) {
        return yield* ValidationFailed.at("/teamId", "is not the id of a team")
      }
    })

    const record = (
      actor: Actor,
      ticket: Ticket,
      event: NewEvent,
      before: { readonly [key: string]: Schema.Json } | null,
      after: { readonly [key: string]: Schema.Json }
    ) =>
      journal.record({
        at: ticket.updatedAt,
        actorId: actor.userId,
        action: event.type,
        entity: { type: "ticket", id: ticket.id },
        before,
        after,
        events: [event]
      })

    const save = (before: Ticket, after: Ticket) => Effect.andThen(news.changed(before, after), store.save(after))

    const step = Effect.fnUntraced(function*(move: Omit<Move, "id">) {
      return { id: HistoryEntryId.make(yield* random.uuidV7()), ...move }
    })

    const open = Effect.fn("TicketDesk.open")(function*(input: NewTicket) {
      const actor = yield* CurrentActor
      if (!mayOpen(actor)) return yield* new Forbidden({ permission: "ticket:create" })
      const requesterId = input.requesterId ?? actor.userId
      if (requesterId !== actor.userId) {
        if (!mayOpenForOthers(actor)) return yield* new Forbidden({ permission: "ticket:create" })
        if (!(yield* directory.isActive(requesterId))) {
          return yield* ValidationFailed.at("/requesterId", "is not the id of somebody with an active account")
        }
      }
      yield* teamMustExist(input.teamId)
      const at = yield* DateTime.now
      const ticket = yield* store.insert(
        new Ticket({
          id: TicketId.make(yield* random.uuidV7()),
          number: 0,
          title: input.title,
          description: input.description,
          type: input.type,
          status: "open",
          priority: input.priority,
          requesterId,
          assigneeId: null,
          teamId: input.teamId ?? null,
          version: 1,
          lastSeq: 1,
          createdAt: at,
          updatedAt: at,
          resolvedAt: null,
          closedAt: null
        }),
        yield* step({ from: null, by: actor, comment: null })
      )
      yield* news.changed(null, ticket)
      yield* record(actor, ticket, ticketCreated(ticket), null, ticketJson(ticket))
      return ticket
    }, atomic)

    const edit = Effect.fn("TicketDesk.edit")(function*(ref: TicketRef, changes: TicketChanges, ifMatch?: EntityTags) {
      const actor = yield* CurrentActor
      const ticket = yield* lockVisible(actor, ref)
      yield* permitOn(actor, "ticket:update", ticket)
      yield* mustMatch(ticket, ifMatch)
      const { after, before, none } = differing(ticket, changes)
      if (none) return ticket
      yield* teamMustExist(after.teamId)
      const next = ticket.changed(after, yield* DateTime.now)
      yield* save(ticket, next)
      yield* record(actor, next, ticketUpdated(next, before, after), { ...before }, { ...after })
      return next
    }, atomic)

    const changeStatus = Effect.fn("TicketDesk.changeStatus")(function*(
      ref: TicketRef,
      change: StatusChange,
      ifMatch?: EntityTags
    ) {
      const actor = yield* CurrentActor
      const ticket = yield* lockVisible(actor, ref)
      const from = ticket.status
      const to = change.status
      yield* permitOn(actor, permissionToMove(from, to), ticket)
      yield* mustMatch(ticket, ifMatch)
      if (!ticket.canMoveTo(to)) return yield* new TicketCannotMove({ from, to })
      const comment = change.comment ?? null
      const next = ticket.moveTo(to, yield* DateTime.now)
      yield* news.changed(ticket, next)
      yield* store.saveMoved(next, yield* step({ from, by: actor, comment }))
      yield* record(actor, next, ticketStatusChanged(next, from, comment), { status: from }, { status: to, comment })
      return next
    }, atomic)

    const giveTo = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket, assigneeId: UserId | null) {
      const next = ticket.changed({ assigneeId }, yield* DateTime.now)
      yield* save(ticket, next)
      yield* record(actor, next, ticketAssigned(next, ticket.assigneeId), { assigneeId: ticket.assigneeId }, {
        assigneeId
      })
      return next
    })

    const assign = Effect.fn("TicketDesk.assign")(function*(
      ref: TicketRef,
      assigneeId: UserId | null,
      ifMatch?: EntityTags
    ) {
      const actor = yield* CurrentActor
      const ticket = yield* lockVisible(actor, ref)
      yield* permitOn(actor, "ticket:assign", ticket)
      yield* mustMatch(ticket, ifMatch)
      if (ticket.assigneeId === assigneeId) return ticket
      if (assigneeId !== null && !(yield* directory.canBeAssigned(assigneeId))) {
        return yield* ValidationFailed.at("/assigneeId", "is not the id of an active agent or admin")
      }
      return yield* giveTo(actor, ticket, assigneeId)
    }, atomic)

    /** Takes a ticket that nobody has: the row's lock lets claims through one by one, so the first wins. */
    const claim = Effect.fn("TicketDesk.claim")(function*(ref: TicketRef, ifMatch?: EntityTags) {
      const actor = yield* CurrentActor
      const ticket = yield* lockVisible(actor, ref)
      yield* permitOn(actor, "ticket:assign", ticket)
      yield* mustMatch(ticket, ifMatch)
      if (ticket.assigneeId === actor.userId) return ticket
      if (ticket.assigneeId !== null) return yield* new TicketAlreadyClaimed({ assigneeId: ticket.assigneeId })
      // What the actor may do was read before: since then the account may have been closed.
      if (!(yield* directory.isActive(actor.userId))) return yield* new Forbidden({ permission: "ticket:assign" })
      return yield* giveTo(actor, ticket, actor.userId)
    }, atomic)

    return { open, edit, changeStatus, assign, claim }
  })
}) {
  static readonly layer = Layer.effect(TicketDesk, TicketDesk.make).pipe(
    Layer.provide([TicketStore.layer, TicketNews.layer, UserDirectory.layer])
  )
}

import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import type { JournalEntry } from "@opsdesk/capabilities/Journal"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { mustMatch } from "@opsdesk/kernel/EntityTag"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import { HistoryEntryId, TicketId } from "@opsdesk/kernel/Ids"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { UserDirectory } from "@opsdesk/users/UserDirectory"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { NewTicket, StatusChange, TicketChanges, TicketRef } from "./Ticket.ts"
import { Ticket } from "./Ticket.ts"
import { TicketDoor } from "./TicketDoor.ts"
import {
  numberOfCreated,
  ticketAssigned,
  ticketCreated,
  ticketJson,
  ticketStatusChanged,
  ticketUpdated
} from "./TicketEvents.ts"
import { TicketNews } from "./TicketNews.ts"
import { mayOpen, mayOpenForOthers, permissionToMove, permitOn } from "./TicketPolicy.ts"
import { TicketAlreadyClaimed, TicketCannotMove } from "./TicketProblems.ts"
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
    const { atomic, byOneStatement } = yield* Transaction
    const door = yield* TicketDoor
    const store = yield* TicketStore
    const directory = yield* UserDirectory
    const journal = yield* Journal
    const news = yield* TicketNews
    const random = yield* SecureRandom.SecureRandom

    const teamMustExist = Effect.fnUntraced(function*(teamId: Ticket["teamId"] | undefined) {
      if (teamId && !(yield* directory.isTeam(teamId))) {
        return yield* ValidationFailed.at("/teamId", "is not the id of a team")
      }
    })

    const entryOf = (
      actor: Actor,
      ticket: Ticket,
      event: NewEvent,
      before: JournalEntry["before"],
      after: JournalEntry["after"]
    ): JournalEntry => ({
      at: ticket.updatedAt,
      actorId: actor.userId,
      action: event.type,
      entity: { type: "ticket", id: ticket.id },
      before,
      after,
      events: [event]
    })

    /** Has it written that a ticket is another now, and whoever keeps something of it told. */
    const save = (before: Ticket, after: Ticket, entry: JournalEntry, move?: Move) =>
      Effect.andThen(news.changed(before, after), journal.recordWith(store.save(before, after, move), entry))

    const step = Effect.fnUntraced(function*(move: Omit<Move, "id">) {
      return { id: HistoryEntryId.make(yield* random.uuidV7()), ...move }
    })

    const opening = Effect.fnUntraced(function*(actor: Actor, requesterId: UserId, input: NewTicket) {
      if (!mayOpen(actor)) return yield* new Forbidden({ permission: "ticket:create" })
      if (requesterId !== actor.userId) {
        if (!mayOpenForOthers(actor)) return yield* new Forbidden({ permission: "ticket:create" })
        if (!(yield* directory.isActive(requesterId))) {
          return yield* ValidationFailed.at("/requesterId", "is not the id of somebody with an active account")
        }
      }
      yield* teamMustExist(input.teamId)
      const at = yield* DateTime.now
      const ticket = new Ticket({
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
      })
      yield* news.changed(null, ticket)
      return yield* journal.recordWith(
        store.insert(ticket, yield* step({ from: null, by: actor, comment: null })),
        { ...entryOf(actor, ticket, ticketCreated(ticket), null, ticketJson(ticket)), drawn: numberOfCreated }
      )
    })

    const open = Effect.fn("TicketDesk.open")(function*(input: NewTicket) {
      const actor = yield* CurrentActor
      const requesterId = input.requesterId ?? actor.userId
      // Somebody else's account is held until the ticket is there.
      const way = requesterId === actor.userId ? byOneStatement : atomic
      return yield* way(opening(actor, requesterId, input))
    })

    const editing = Effect.fnUntraced(function*(
      actor: Actor,
      ticket: Ticket,
      changes: TicketChanges,
      ifMatch?: EntityTags
    ) {
      yield* permitOn(actor, "ticket:update", ticket)
      yield* mustMatch(ticket, ifMatch)
      const { after, before, none } = differing(ticket, changes)
      if (none) return ticket
      yield* teamMustExist(after.teamId)
      const next = ticket.changed(after, yield* DateTime.now)
      return yield* save(
        ticket,
        next,
        entryOf(actor, next, ticketUpdated(next, before, after), { ...before }, { ...after })
      )
    })

    const moving = Effect.fnUntraced(function*(
      actor: Actor,
      ticket: Ticket,
      change: StatusChange,
      ifMatch?: EntityTags
    ) {
      const from = ticket.status
      const to = change.status
      yield* permitOn(actor, permissionToMove(from, to), ticket)
      yield* mustMatch(ticket, ifMatch)
      if (!ticket.canMoveTo(to)) return yield* new TicketCannotMove({ from, to })
      const comment = change.comment ?? null
      const next = ticket.moveTo(to, yield* DateTime.now)
      return yield* save(
        ticket,
        next,
        entryOf(actor, next, ticketStatusChanged(next, from, comment), { status: from }, { status: to, comment }),
        yield* step({ from, by: actor, comment })
      )
    })

    const giveTo = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket, assigneeId: UserId | null) {
      const next = ticket.changed({ assigneeId }, yield* DateTime.now)
      const { assigneeId: from } = ticket
      return yield* save(
        ticket,
        next,
        entryOf(actor, next, ticketAssigned(next, from), { assigneeId: from }, { assigneeId })
      )
    })

    const assigning = Effect.fnUntraced(function*(
      actor: Actor,
      ticket: Ticket,
      assigneeId: UserId | null,
      ifMatch?: EntityTags
    ) {
      yield* permitOn(actor, "ticket:assign", ticket)
      yield* mustMatch(ticket, ifMatch)
      if (ticket.assigneeId === assigneeId) return ticket
      if (assigneeId !== null && !(yield* directory.canBeAssigned(assigneeId))) {
        return yield* ValidationFailed.at("/assigneeId", "is not the id of an active agent or admin")
      }
      return yield* giveTo(actor, ticket, assigneeId)
    })

    /** Takes a ticket that nobody has: the row's lock lets claims through one by one, so the first wins. */
    const claiming = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket, ifMatch?: EntityTags) {
      yield* permitOn(actor, "ticket:assign", ticket)
      yield* mustMatch(ticket, ifMatch)
      if (ticket.assigneeId === actor.userId) return ticket
      if (ticket.assigneeId !== null) return yield* new TicketAlreadyClaimed({ assigneeId: ticket.assigneeId })
      // What the actor may do was read before: since then the account may have been closed.
      if (!(yield* directory.isActive(actor.userId))) return yield* new Forbidden({ permission: "ticket:assign" })
      return yield* giveTo(actor, ticket, actor.userId)
    })

    /** A command that whoever is asking gives on a ticket, done in one of the door's ways. */
    const command = <Args extends ReadonlyArray<unknown>, E, R>(
      name: string,
      way: typeof door.doing,
      errand: (actor: Actor, ticket: Ticket, ...args: Args) => Effect.Effect<Ticket, E, R>
    ) =>
      Effect.fn(`TicketDesk.${name}`)(function*(ref: TicketRef, ...args: Args) {
        const actor = yield* CurrentActor
        return yield* way(actor, ref, (ticket) => errand(actor, ticket, ...args))
      })

    return {
      open,
      edit: command("edit", door.doing, editing),
      changeStatus: command("changeStatus", door.doing, moving),
      // These hold an account as well, until the ticket is its.
      assign: command("assign", door.holding, assigning),
      claim: command("claim", door.holding, claiming)
    }
  })
}) {
  static readonly layer = Layer.effect(TicketDesk, TicketDesk.make).pipe(
    Layer.provide([TicketStore.layer, TicketDoor.layer, TicketNews.layer, UserDirectory.layer])
  )
}

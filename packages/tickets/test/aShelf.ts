import type { Actor, CurrentActor } from "@opsdesk/access/Actor"
import { teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { people, personNames } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { UserDirectory } from "@opsdesk/users/UserDirectory"
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { Statement } from "effect/sql"
import type { TicketRef } from "../src/Ticket.ts"
import { Ticket } from "../src/Ticket.ts"
import { TicketDesk } from "../src/TicketDesk.ts"
import { TicketDoor } from "../src/TicketDoor.ts"
import { TicketNews } from "../src/TicketNews.ts"
import { reaches } from "../src/TicketPolicy.ts"
import type { Move } from "../src/TicketStore.ts"
import { TicketStore } from "../src/TicketStore.ts"

type Desk = TicketDesk["Service"]

/** Something that somebody does to a ticket. */
export type Command = (
  desk: Desk
) => Effect.Effect<Ticket, Effect.Error<ReturnType<Desk[keyof Desk]>>, CurrentActor>

const personOf = (id: string): Person | undefined => personNames.find((person) => userIdOf(person) === id)

/** Dora has left. */
const isActive = (id: string) => ![undefined, "dora"].includes(personOf(id))

const worksOnTickets = (id: string) => {
  const person = personOf(id)
  return person !== undefined && people[person].role !== "customer"
}

const Directory = Layer.mock(UserDirectory, {
  canBeAssigned: (id) => Effect.succeed(isActive(id) && worksOnTickets(id)),
  isActive: (id) => Effect.succeed(isActive(id)),
  isTeam: (id) => Effect.succeed([teamIdOf("Support"), teamIdOf("Network")].includes(id))
})

const queries = Statement.fragment([])

/** Tickets in memory, and what a desk does to them there. */
export const aShelf = (...tickets: ReadonlyArray<Ticket>) => {
  const shelf = new Map(tickets.map((ticket) => [ticket.id, ticket]))
  const moves: Array<Omit<Move, "id" | "by"> & { readonly to: string; readonly seq: number }> = []
  const saved: Array<Ticket> = []
  const put = (ticket: Ticket) => {
    shelf.set(ticket.id, ticket)
    saved.push(ticket)
    return ticket
  }
  const moved = (ticket: Ticket, { comment, from }: Move) => {
    moves.push({ from, to: ticket.status, comment, seq: ticket.lastSeq })
    return ticket
  }
  const found = (actor: Actor, ref: TicketRef) =>
    [...shelf.values()].filter((ticket) =>
      [ticket.id, ticket.number].includes(ref) && reaches(actor, "ticket:read", ticket)
    )
  const Store = Layer.mock(TicketStore, {
    find: (actor, ref) => Effect.sync(() => found(actor, ref)),
    lock: (actor, ref) => Effect.sync(() => found(actor, ref)),
    drawing: () => queries,
    insert: (ticket, step) => ({
      queries,
      read: () => Effect.sync(() => moved(put(new Ticket({ ...ticket, number: shelf.size + 1 })), step))
    }),
    save: (_, ticket, step) => ({
      queries,
      read: () => Effect.sync(() => step === undefined ? put(ticket) : moved(put(ticket), step))
    })
  })
  const Desk = Layer.effect(TicketDesk, TicketDesk.make).pipe(
    Layer.provide(Layer.effect(TicketDoor, TicketDoor.make)),
    Layer.provide([
      Store,
      Directory,
      Layer.mock(TicketNews, { changed: () => Effect.void }),
      SecureRandom.layerWebCrypto
    ]),
    Layer.provideMerge(RecordingJournal.layer)
  )
  return { Desk, moves, saved, ticket: (id: Ticket["id"]) => shelf.get(id) }
}

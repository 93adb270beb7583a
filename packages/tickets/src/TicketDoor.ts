import type { Actor } from "@opsdesk/access/Actor"
import { Context, Effect, Layer } from "effect"
import type { Ticket, TicketRef } from "./Ticket.ts"
import { TicketNotFound } from "./TicketProblems.ts"
import { TicketStore } from "./TicketStore.ts"

/** What other slices may do with a ticket inside their own transaction: only ever for an actor who may see it. */
export class TicketDoor extends Context.Service<TicketDoor>()("@opsdesk/tickets/TicketDoor", {
  make: Effect.gen(function*() {
    const store = yield* TicketStore

    const orNotFound = ([ticket]: ReadonlyArray<Ticket>) =>
      ticket === undefined ? Effect.fail(new TicketNotFound()) : Effect.succeed(ticket)

    return {
      find: (actor: Actor, ref: TicketRef) => Effect.flatMap(store.find(actor, ref), orNotFound),
      /** Holds the ticket until the transaction ends. */
      lock: (actor: Actor, ref: TicketRef) => Effect.flatMap(store.lock(actor, ref), orNotFound),
      /** The next sequence of a locked ticket, for an event that does not change the ticket itself. */
      drawSeq: (locked: Ticket) => Effect.as(store.drawSeq(locked.id), locked.lastSeq + 1)
    }
  })
}) {
  static readonly layer = Layer.effect(TicketDoor, TicketDoor.make).pipe(Layer.provide(TicketStore.layer))
}

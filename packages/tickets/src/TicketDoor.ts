import type { Actor } from "@opsdesk/access/Actor"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, Effect, Layer } from "effect"
import type { Overtaken } from "./Overtaken.ts"
import { isOvertaken } from "./Overtaken.ts"
import type { Ticket, TicketRef } from "./Ticket.ts"
import { TicketNotFound } from "./TicketProblems.ts"
import { TicketStore } from "./TicketStore.ts"

/** What is done to a ticket, decided by what the ticket is. */
type Errand<A, E, R> = (ticket: Ticket) => Effect.Effect<A, E | Overtaken, R>

/** What is done to a ticket, by this slice and by others: only ever for an actor who may see it. */
export class TicketDoor extends Context.Service<TicketDoor>()("@opsdesk/tickets/TicketDoor", {
  make: Effect.gen(function*() {
    const { atomic, byOneStatement } = yield* Transaction
    const store = yield* TicketStore

    const orNotFound = ([ticket]: ReadonlyArray<Ticket>) =>
      ticket === undefined ? Effect.fail(new TicketNotFound()) : Effect.succeed(ticket)

    const find = (actor: Actor, ref: TicketRef) => Effect.flatMap(store.find(actor, ref), orNotFound)

    /** Holds the ticket until the transaction ends. */
    const lock = (actor: Actor, ref: TicketRef) => Effect.flatMap(store.lock(actor, ref), orNotFound)

    /** Does something to a ticket that is held until it is done. */
    const holding = <A, E, R>(actor: Actor, ref: TicketRef, errand: Errand<A, E, R>) =>
      Effect.catchIf(
        atomic(Effect.flatMap(lock(actor, ref), errand)),
        isOvertaken,
        Effect.die
      )

    return {
      find,
      lock,
      holding,
      /**
       * Does something to a ticket with one statement, which depends on the ticket still being what it was when it was
       * looked at. Mostly nobody else is there, and two round trips do; whoever is overtaken decides anew, holding it.
       * Not for what holds something else too.
       */
      doing: <A, E, R>(actor: Actor, ref: TicketRef, errand: Errand<A, E, R>) =>
        Effect.catchIf(
          byOneStatement(Effect.flatMap(find(actor, ref), errand)),
          isOvertaken,
          () => holding(actor, ref, errand)
        ),
      /**
       * The query `drawn`, for a statement of another slice: its row has the ticket's next `seq`, for an event that does
       * not change the ticket itself. Whoever finds no row there is `Overtaken`.
       */
      drawing: (ticket: Ticket) => store.drawing(ticket),
      /** The next sequence of a locked ticket, for an event that does not change the ticket itself. */
      drawSeq: (locked: Ticket) => Effect.as(store.drawSeq(locked.id), locked.lastSeq + 1)
    }
  })
}) {
  static readonly layer = Layer.effect(TicketDoor, TicketDoor.make).pipe(Layer.provide(TicketStore.layer))
}

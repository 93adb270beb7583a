import { Rights } from "@opsdesk/access/Rights"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import type { Scope } from "effect"
import { Cause, Context, Effect, Layer, Queue, RcRef, Stream } from "effect"
import { FeedStore } from "./FeedStore.ts"
import { House } from "./House.ts"
import { joinTicket, joinTickets } from "./join.ts"
import { joining } from "./Line.ts"
import type { Ear, Guest, Listener } from "./Listener.ts"
import { readFeed } from "./readFeed.ts"
import type { Room } from "./Room.ts"
import type { RoomEvent } from "./RoomEvent.ts"
import type { CannotResume } from "./RoomProblems.ts"
import { AccessWithdrawn, FallenBehind } from "./RoomProblems.ts"

/** Events that a stream keeps for whoever reads it slowly. */
const mostKept = 1024

/**
 * What happens, as it happens, to those who may know. Told are the events of the database, in order and each once,
 * whichever instance they were made on: a room is a way to read them, and keeps nothing itself.
 */
export class Rooms extends Context.Service<Rooms>()("@opsdesk/rooms/Rooms", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const store = yield* FeedStore
    const bus = yield* RoomBus
    const rights = yield* Rights
    const house = new House()
    const guests = new Map<Guest, number>()
    // Read only while somebody is there to be told.
    const feed = yield* RcRef.make({ acquire: readFeed({ bus, guests, house, reading, rights, store }) })

    /** Has the guest's rights looked at for as long as the scope lives: `withdrawn` of their ears rests on it. */
    const admit = (guest: Guest): Effect.Effect<void, DependencyUnavailable, Scope.Scope> =>
      Effect.andThen(
        RcRef.get(feed),
        Effect.acquireRelease(
          Effect.sync(() => void guests.set(guest, 0)),
          () => Effect.sync(() => void guests.delete(guest))
        )
      )

    /**
     * Listens to a room for as long as the scope lives, from after a place on (a ticket's `seq`, the `position` in the room
     * of all tickets), or from now on. Ends once everything before has been told.
     */
    const join = (
      room: Room,
      after: number | undefined,
      guest: Guest,
      ear: Ear
    ): Effect.Effect<void, TicketNotFound | CannotResume | DependencyUnavailable, Scope.Scope> =>
      Effect.gen(function*() {
        const reader = yield* RcRef.get(feed)
        const listener: Listener = {
          guest,
          ear,
          line: joining(after ?? 0),
          isOut: false
        }
        // From here on nothing is missed; what was before is read after this.
        yield* Effect.acquireRelease(
          Effect.sync(() => house.enter(room, listener)),
          () => Effect.sync(() => house.leave(room, listener))
        )
        yield* room._tag === "Ticket"
          ? joinTicket({ house, listener, reading, store }, room.ticketId, after)
          : joinTickets({ listener, reading, store, settled: reader.settled }, after)
      })

    /** The same as a stream, which ends when the access is withdrawn, and when it is read too slowly. */
    const events = (
      room: Room,
      after: number | undefined,
      guest: Guest
    ): Stream.Stream<
      RoomEvent,
      TicketNotFound | CannotResume | AccessWithdrawn | FallenBehind | DependencyUnavailable
    > =>
      Stream.callback((queue) =>
        Effect.gen(function*() {
          yield* admit(guest)
          yield* join(room, after, guest, {
            hear: (heard) => {
              if (Queue.offerAllUnsafe(queue, heard).length > 0) {
                Queue.failCauseUnsafe(queue, Cause.fail(new FallenBehind()))
              }
            },
            recall: (heard) => Effect.asVoid(Queue.offerAll(queue, heard)),
            opened: () => {},
            withdrawn: () => Queue.failCauseUnsafe(queue, Cause.fail(new AccessWithdrawn()))
          })
          return yield* Effect.never
        }), { bufferSize: mostKept, strategy: "suspend" })

    /** Who is here: what has been left behind by somebody who is gone would be counted, too. */
    const count = () => ({ guests: guests.size, listeners: house.listeners })

    return { admit, join, events, count }
  })
}) {
  static readonly layer = Layer.effect(Rooms, Rooms.make).pipe(Layer.provide([FeedStore.layer, Rights.layer]))
}

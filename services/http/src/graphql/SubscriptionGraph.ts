import { Unauthenticated } from "@opsdesk/access/AccessProblems"
import { UserId } from "@opsdesk/kernel/Ids"
import { Forbidden, RateLimited, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Message } from "@opsdesk/messages/Message"
import { roomOfTicket } from "@opsdesk/rooms/Room"
import type { RoomEvent } from "@opsdesk/rooms/RoomEvent"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { TicketStatus } from "@opsdesk/tickets/Ticket"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { Clock, Effect, Schema, Stream } from "effect"
import { ticketRef } from "./arguments.ts"
import type { GraphContext } from "./graphContext.ts"
import type { PersonRef } from "./rows.ts"
import type { Resolvers } from "./types.ts"

const notKept = ValidationFailed.parameter("after", "is not kept any more, or was never there; read the ticket anew")

/** What ends a subscription, as a problem. */
const inProblems = Stream.mapError((failure: Stream.Error<ReturnType<Rooms["Service"]["events"]>>) => {
  switch (failure._tag) {
    case "CannotResume":
      return notKept
    case "AccessWithdrawn":
      return new Forbidden({ permission: "ticket:read" })
    case "FallenBehind":
      return new RateLimited({
        retryAfter: 1,
        detail: "You read more slowly than it happens; go on from where you are."
      })
    default:
      return failure
  }
})

/** Nobody listens for longer than the token is good by which they have come. */
const runsOut = (until: number | null): Effect.Effect<never, Unauthenticated> =>
  until === null
    ? Effect.never
    : Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.andThen(Effect.sleep(Math.max(0, until - now)), Effect.fail(new Unauthenticated())))

/** The events of a ticket that the actor may hear of. Whoever may not see the ticket is refused before it begins. */
const eventsOf = async <A>(
  { ticketId }: { readonly ticketId: string },
  after: number | undefined,
  type: string | undefined,
  { guest, run, source, until }: GraphContext,
  told: (event: RoomEvent) => A
): Promise<AsyncIterable<A>> => {
  const events = await run(Effect.gen(function*() {
    const { id } = yield* Effect.flatMap(ticketRef(ticketId), (ref) => TicketQueue.use((desk) => desk.get(ref)))
    const rooms = yield* Rooms
    return rooms.events(roomOfTicket(id), after, yield* guest)
  }))
  return source(
    inProblems(events).pipe(
      Stream.interruptWhen(runsOut(until)),
      Stream.filter(({ envelope }) => type === undefined || envelope.type === type),
      Stream.map(told)
    )
  )
}

const decodeMessage = Schema.decodeUnknownSync(Schema.Struct({ message: Message.json }))
const decodeMove = Schema.decodeUnknownSync(
  Schema.Struct({ from: Schema.NullOr(TicketStatus), to: TicketStatus, comment: Schema.NullOr(Schema.String) })
)

const moveOf = ({ envelope }: RoomEvent) => decodeMove(envelope.payload)

const actorOf = ({ envelope }: RoomEvent): PersonRef | null =>
  envelope.actorId === null ? null : { id: UserId.make(envelope.actorId) }

/** What happens, as it happens: the rooms of the desk, told in GraphQL. */
export const SubscriptionGraph: Resolvers = {
  Subscription: {
    messageAdded: {
      subscribe: (_, args, context) =>
        eventsOf(args, undefined, "message.sent", context, ({ envelope }) => ({
          messageAdded: decodeMessage(envelope.payload).message
        }))
    },
    ticketStatusChanged: {
      subscribe: (_, args, context) =>
        eventsOf(args, undefined, "ticket.status_changed", context, (ticketStatusChanged) => ({ ticketStatusChanged }))
    },
    ticketEvents: {
      subscribe: (_, { after, ticketId }, context) =>
        eventsOf({ ticketId }, after ?? undefined, undefined, context, (ticketEvents) => ({ ticketEvents }))
    }
  },
  TicketStatusChange: {
    from: (event) => moveOf(event).from,
    to: (event) => moveOf(event).to,
    comment: (event) => moveOf(event).comment,
    actor: actorOf,
    at: ({ envelope }) => envelope.occurredAt,
    ticket: ({ ticketId }, _, { run }) => run(TicketQueue.use((desk) => desk.get(ticketId)))
  },
  TicketEvent: {
    id: ({ envelope }) => envelope.id,
    type: ({ envelope }) => envelope.type,
    occurredAt: ({ envelope }) => envelope.occurredAt,
    actor: actorOf,
    payload: ({ envelope }) => envelope.payload
  }
}

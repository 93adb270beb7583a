import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { MessageId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import type { Ticket, TicketRef } from "@opsdesk/tickets/Ticket"
import { TicketDoor } from "@opsdesk/tickets/TicketDoor"
import { permitOn, reaches } from "@opsdesk/tickets/TicketPolicy"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { NewMessage } from "./Message.ts"
import { Message } from "./Message.ts"
import { messageSent, seqOfSent } from "./MessageEvents.ts"
import { permissionToSend, readableBy } from "./MessagePolicy.ts"
import { MessageNotFound } from "./MessageProblems.ts"
import { MessageStore } from "./MessageStore.ts"

/** What the cursors of a ticket's messages are good for. */
export const messagesBinding = (actor: Actor, ticketId: TicketId): string =>
  bindingOf("messages", actor.userId, { ticketId })

/** What people say to each other on a ticket. */
export class MessageDesk extends Context.Service<MessageDesk>()("@opsdesk/messages/MessageDesk", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const store = yield* MessageStore
    const door = yield* TicketDoor
    const journal = yield* Journal
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom

    /** The ticket, and which of its messages the actor may read. */
    const readableOn = Effect.fnUntraced(function*(ref: TicketRef) {
      const actor = yield* CurrentActor
      const ticket = yield* door.find(actor, ref)
      const readable = readableBy(actor, ticket)
      if (readable.length === 0) yield* permitOn(actor, "message:read", ticket)
      return { actor, ticket, readable }
    })

    const get = Effect.fn("MessageDesk.get")(function*(ref: TicketRef, id: MessageId) {
      const { readable, ticket } = yield* readableOn(ref)
      const [message] = yield* store.byId(ticket.id, readable, id)
      return message ?? (yield* new MessageNotFound())
    }, reading)

    const list = Effect.fn("MessageDesk.list")(function*(ref: TicketRef, request: PageRequest) {
      const { actor, readable, ticket } = yield* readableOn(ref)
      return yield* readPage(cursors, {
        request,
        binding: messagesBinding(actor, ticket.id),
        read: (after, rows) => store.page(ticket.id, readable, Number(after?.[0] ?? 0), rows),
        positionOf: ({ seq }) => [seq],
        count: store.count(ticket.id, readable, countedUpTo + 1)
      })
    }, reading)

    const sending = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket, input: NewMessage) {
      yield* permitOn(actor, permissionToSend(input.visibility), ticket)
      const message = new Message({
        id: MessageId.make(yield* random.uuidV7()),
        ticketId: ticket.id,
        seq: 0,
        authorId: actor.userId,
        body: input.body,
        visibility: input.visibility,
        clientMessageId: input.clientMessageId ?? null,
        createdAt: yield* DateTime.now
      })
      return yield* journal.recordWith(store.insert(message, door.drawing(ticket)), {
        at: message.createdAt,
        actorId: actor.userId,
        action: "message.sent",
        entity: { type: "message", id: message.id },
        before: null,
        // The record says that and where something was said; what was said stays with the ticket.
        after: { ticketId: ticket.id, seq: message.seq, visibility: message.visibility },
        events: [messageSent(message)],
        drawn: seqOfSent
      })
    })

    /** What is there already under an id of the sender's, which is no other message's. */
    const sentBefore = Effect.fnUntraced(function*(actor: Actor, ticketId: TicketId, input: NewMessage) {
      const [sent] = yield* store.bySender(ticketId, actor.userId, input.clientMessageId ?? "")
      if (sent?.body === input.body && sent.visibility === input.visibility) return sent
      return yield* ValidationFailed.at("/clientMessageId", "belongs to another message of yours on this ticket")
    }, reading)

    /** Adds a message, once: the same `clientMessageId` from the same person gives the message that is there already. */
    const send = Effect.fn("MessageDesk.send")(function*(ref: TicketRef, input: NewMessage) {
      const actor = yield* CurrentActor
      return yield* door.doing(actor, ref, (ticket) => sending(actor, ticket, input)).pipe(
        Effect.catchTag("AlreadySent", ({ ticketId }) => sentBefore(actor, ticketId, input))
      )
    })

    /** A message that its sender is to be told of again: as long as they see the ticket, and may read or send the like. */
    const sentAgain = Effect.fn("MessageDesk.sentAgain")(function*(message: Message) {
      const actor = yield* CurrentActor
      const ticket = yield* door.find(actor, message.ticketId)
      const isTheirs = readableBy(actor, ticket).includes(message.visibility) ||
        reaches(actor, permissionToSend(message.visibility), ticket)
      return isTheirs ? message : yield* new MessageNotFound()
    }, reading)

    return { get, list, send, sentAgain }
  })
}) {
  static readonly layer = Layer.effect(MessageDesk, MessageDesk.make).pipe(
    Layer.provide([MessageStore.layer, TicketDoor.layer])
  )
}

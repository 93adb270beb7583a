import { CurrentActor } from "@opsdesk/access/Actor"
import type { Permission } from "@opsdesk/access/Permission"
import { Message, NewMessage } from "@opsdesk/messages/Message"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { AssigneeChange, NewTicket, StatusChange, Ticket, TicketChanges } from "@opsdesk/tickets/Ticket"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { reaches } from "@opsdesk/tickets/TicketPolicy"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { Effect, Schema } from "effect"
import { asBody, leftOut, tagsOf, ticketRef } from "./arguments.ts"
import type { GraphContext } from "./graphContext.ts"
import type { GraphServices } from "./graphContext.ts"
import type { TicketRow } from "./rows.ts"
import type { Resolvers } from "./types.ts"
import { underKey } from "./underKey.ts"

const newTicket = asBody(NewTicket)
const ticketChanges = asBody(TicketChanges)
const statusChange = asBody(StatusChange)
const assigneeChange = asBody(AssigneeChange)
const newMessage = asBody(NewMessage)

interface Keyed {
  readonly idempotencyKey?: string | null | undefined
}

/**
 * The ticket as it was answered, with whose it is now. Whoever cannot see it any more hears that there is none; whoever
 * could not see it even as it was answered (it was made for another team, or given to one) hears what they heard, and
 * nothing besides.
 */
const seenAgain = (was: TicketRow) =>
  TicketQueue.use((desk) => desk.get(was.id)).pipe(
    Effect.map((standing): TicketRow => ({ ...was, standing })),
    Effect.catchTag("TicketNotFound", (gone) =>
      Effect.flatMap(
        CurrentActor,
        (actor) => reaches(actor, "ticket:read", was) ? Effect.fail(gone) : Effect.succeed(was)
      ))
  )

/** One mutation of a ticket: once under its key, and answered with the ticket as it then is. */
const onTicket = <Input extends Keyed, E>(
  name: string,
  permissions: ReadonlyArray<Permission>,
  act: (input: Omit<Input, "idempotencyKey">) => Effect.Effect<Ticket, E, GraphServices>
) => {
  const once = underKey({ name, permissions, kept: Schema.fromJsonString(KeptTicket), again: seenAgain })
  return async (_: object, { input }: { readonly input: Input }, context: GraphContext) => {
    const { idempotencyKey, ...asked } = input
    const ticket = await once(context, idempotencyKey ?? undefined, asked, act(asked))
    context.note.ticketId(ticket.id)
    return { ticket }
  }
}

/** As the row has it, but in JSON: an answer is kept with all that its fields may be asked for. */
const KeptTicket = Schema.toCodecJson(Ticket)
const KeptMessage = Schema.toCodecJson(Message)

const sendOnce = underKey({
  name: "sendMessage",
  permissions: ["message:send", "message:send_internal"],
  kept: Schema.fromJsonString(KeptMessage),
  again: (sent) => MessageDesk.use((desk) => desk.sentAgain(sent))
})

/** What people do: each field calls the desk that the REST interface calls. */
export const MutationGraph: Resolvers = {
  Mutation: {
    createTicket: onTicket(
      "createTicket",
      ["ticket:create"],
      (input) => Effect.flatMap(newTicket(leftOut(input)), (ticket) => TicketDesk.use((desk) => desk.open(ticket)))
    ),
    updateTicket: onTicket(
      "updateTicket",
      ["ticket:update"],
      ({ ifVersion, teamId, ticketId, ...changes }) =>
        Effect.gen(function*() {
          const ref = yield* ticketRef(ticketId)
          // Null says something here: no team.
          const changed = yield* ticketChanges({ ...leftOut(changes), ...(teamId === undefined ? {} : { teamId }) })
          return yield* TicketDesk.use((desk) => desk.edit(ref, changed, tagsOf(ifVersion)))
        })
    ),
    changeTicketStatus: onTicket(
      "changeTicketStatus",
      ["ticket:update", "ticket:close", "ticket:reopen"],
      ({ ifVersion, ticketId, ...change }) =>
        Effect.gen(function*() {
          const ref = yield* ticketRef(ticketId)
          const changed = yield* statusChange(leftOut(change))
          return yield* TicketDesk.use((desk) => desk.changeStatus(ref, changed, tagsOf(ifVersion)))
        })
    ),
    assignTicket: onTicket(
      "assignTicket",
      ["ticket:assign"],
      ({ assigneeId, ifVersion, ticketId }) =>
        Effect.gen(function*() {
          const ref = yield* ticketRef(ticketId)
          const change = yield* assigneeChange(assigneeId === undefined ? {} : { assigneeId })
          return yield* TicketDesk.use((desk) => desk.assign(ref, change.assigneeId, tagsOf(ifVersion)))
        })
    ),
    claimTicket: onTicket(
      "claimTicket",
      ["ticket:assign"],
      ({ ifVersion, ticketId }) =>
        Effect.flatMap(ticketRef(ticketId), (ref) => TicketDesk.use((desk) => desk.claim(ref, tagsOf(ifVersion))))
    ),
    sendMessage: async (_, { input: { idempotencyKey, ...input } }, context) => {
      const { ticketId, ...message } = input
      const sent = await sendOnce(
        context,
        idempotencyKey ?? undefined,
        input,
        Effect.gen(function*() {
          const ref = yield* ticketRef(ticketId)
          const written = yield* newMessage(leftOut(message))
          return yield* MessageDesk.use((desk) => desk.send(ref, written))
        })
      )
      context.note.ticketId(sent.ticketId)
      return { message: sent }
    }
  }
}

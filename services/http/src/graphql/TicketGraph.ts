import { MessagePages } from "@opsdesk/messages/MessagePages"
import { TicketPages } from "@opsdesk/tickets/TicketPages"
import { Effect, Result } from "effect"
import { windowOf } from "./arguments.ts"
import { ofConnection, ofEdge, ofPageInfo, withTotal } from "./connection.ts"
import type { GraphContext } from "./graphContext.ts"
import type { HistoryRow, MessageRow } from "./rows.ts"
import type { Resolvers } from "./types.ts"

const messageCursors = ({ run }: GraphContext) => (rows: ReadonlyArray<MessageRow>) =>
  run(MessagePages.use((desk) => desk.cursorsAt(rows)))

const historyCursors = ({ run }: GraphContext) => (rows: ReadonlyArray<HistoryRow>) =>
  run(TicketPages.use((desk) => desk.historyCursorsAt(rows)))

/** A ticket and what belongs to it. A resolver names what it wants; the desks read it, and a loader gathers. */
export const TicketGraph: Resolvers = {
  Ticket: {
    requester: ({ requesterId }) => ({ id: requesterId }),
    assignee: ({ assigneeId }) => assigneeId === null ? null : { id: assigneeId },
    team: ({ teamId }) => teamId === null ? null : { id: teamId },
    description: async (ticket, _, { loaders }) =>
      ticket.description ?? (await loaders.texts.load(ticket.id))?.description ?? "",
    messages: async (ticket, args, context) => {
      const window = windowOf(args)
      if (Result.isFailure(window)) return context.run(Effect.fail(window.failure))
      const { cursor, newest } = window.success
      const { more, rows } = await context.loaders.messages(ticket, window.success)
      const hasCursor = cursor !== undefined
      return {
        rows,
        hasNextPage: newest ? hasCursor : more,
        hasPreviousPage: newest ? more : hasCursor,
        cursorsAt: messageCursors(context),
        total: () => context.loaders.messageCounts(ticket, null)
      }
    },
    history: async (ticket, args, context) => {
      const window = windowOf(args)
      if (Result.isFailure(window)) return context.run(Effect.fail(window.failure))
      const { more, rows } = await context.loaders.history(ticket, window.success)
      return {
        rows,
        hasNextPage: more,
        hasPreviousPage: window.success.cursor !== undefined,
        cursorsAt: historyCursors(context),
        total: () => Promise.reject(new Error("a history is not counted"))
      }
    }
  },
  Message: { author: ({ authorId }) => ({ id: authorId }) },
  HistoryEntry: { actor: ({ actorId }) => ({ id: actorId }) },
  AuditEvent: { actor: ({ actorId }) => actorId === null ? null : { id: actorId } },
  TicketConnection: withTotal,
  MessageConnection: withTotal,
  AuditEventConnection: withTotal,
  HistoryConnection: ofConnection,
  TicketEdge: ofEdge,
  MessageEdge: ofEdge,
  HistoryEdge: ofEdge,
  AuditEventEdge: ofEdge,
  PageInfo: ofPageInfo
}

import { Api } from "@opsdesk/api/Api"
import type { Ticket } from "@opsdesk/tickets/Ticket"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { RequestFacts } from "../middleware/RequestFacts.ts"
import { createdVersion, foundVersion } from "./created.ts"
import { makeKeptAnswers } from "./keptAnswers.ts"

/** Lets the request's log line name the ticket, whether the address had its id, its number or neither. */
const noted = <E, R>(answer: Effect.Effect<Ticket, E, R>) =>
  Effect.tap(answer, ({ id }) => Effect.map(RequestFacts, (facts) => void (facts.ticketId = id)))

/** A handler translates; it never decides. One line each, or the logic belongs in the desk. */
export const TicketsRest = HttpApiBuilder.group(
  Api,
  "tickets",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* TicketDesk
    const queue = yield* TicketQueue
    const kept = yield* makeKeptAnswers
    return handlers.handleAll({
      openTicket: ({ payload }) =>
        Effect.map(noted(desk.open(payload)), (ticket) => createdVersion(`/v1/tickets/${ticket.id}`, ticket)),
      listTickets: ({ query: { cursor, include, limit, sort, ...filter } }) =>
        kept.list(filter, sort, { limit, cursor, include }),
      getTicket: ({ params }) => kept.ticket(params.id),
      editTicket: ({ headers, params, payload }) =>
        Effect.map(noted(desk.edit(params.id, payload, headers["if-match"])), foundVersion),
      changeTicketStatus: ({ headers, params, payload }) =>
        Effect.map(noted(desk.changeStatus(params.id, payload, headers["if-match"])), foundVersion),
      assignTicket: ({ headers, params, payload }) =>
        Effect.map(noted(desk.assign(params.id, payload.assigneeId, headers["if-match"])), foundVersion),
      claimTicket: ({ headers, params }) => Effect.map(noted(desk.claim(params.id, headers["if-match"])), foundVersion),
      ticketHistory: ({ params, query }) => queue.history(params.id, query),
      ticketEvents: ({ params, query: { after, ...page } }) => queue.events(params.id, after ?? 0, page)
    })
  })
)

import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { eTag, ifMatch } from "@opsdesk/kernel/EntityTag"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Data, IntParameter, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, PreconditionFailed, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  AssigneeChange,
  HistoryEntry,
  NewTicket,
  StatusChange,
  Ticket,
  TicketChanges,
  TicketRef,
  TicketSummaryJson
} from "./Ticket.ts"
import { ticketsQuery } from "./TicketFilter.ts"
import { TicketAlreadyClaimed, TicketCannotMove, TicketNotFound } from "./TicketProblems.ts"

/** Part of the contract: whoever reads the contracts only reads them here. */
export { HistoryEntry, nextStatuses, Priority, Ticket, TicketStatus, TicketSummaryJson, TicketType } from "./Ticket.ts"

const id = { id: TicketRef.pipe(said("The ticket's id or its number")) }

export class TicketsApi extends HttpApiGroup.make("tickets")
  .add(
    HttpApiEndpoint.post("openTicket", "/v1/tickets", {
      payload: NewTicket,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json).pipe(HttpApiSchema.status(201)), {
        location: Schema.String,
        ...eTag
      }),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Open a ticket",
      description: "An incident of normal priority unless said otherwise. Agents may open one for somebody else."
    })).annotate(EndpointAccess, needs("ticket:create")),
    HttpApiEndpoint.get("listTickets", "/v1/tickets", {
      query: ticketsQuery,
      success: PageOf(TicketSummaryJson),
      error: [ValidationFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Tickets that you may see",
      description:
        "Filters combine; within one, commas mean any of. `q` searches title, description and the messages that you may read, in the syntax of web searches. The newest first unless `sort` says otherwise. A cursor belongs to its filter, sort and user."
    })).annotate(EndpointAccess, needs("ticket:read")),
    HttpApiEndpoint.get("getTicket", "/v1/tickets/:id", {
      params: id,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json), eTag),
      error: [TicketNotFound]
    }).annotateMerge(OpenApi.annotations({ summary: "One ticket, by id or number" }))
      .annotate(EndpointAccess, needs("ticket:read")),
    HttpApiEndpoint.patch("editTicket", "/v1/tickets/:id", {
      params: id,
      headers: ifMatch,
      payload: TicketChanges,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json), eTag),
      error: [TicketNotFound, ValidationFailed, Forbidden, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Change a ticket",
      description: "What is left out stays. A change that changes nothing makes no new version."
    })).annotate(EndpointAccess, needs("ticket:update")),
    HttpApiEndpoint.patch("changeTicketStatus", "/v1/tickets/:id/status", {
      params: id,
      headers: ifMatch,
      payload: StatusChange,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json), eTag),
      error: [TicketNotFound, Forbidden, TicketCannotMove, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Move a ticket",
      description:
        "open → in_progress, waiting, resolved, closed; in_progress → open, waiting, resolved, closed; waiting → open, in_progress, resolved, closed; resolved → open, closed; closed → open. The comment is kept in the history."
    })).annotate(EndpointAccess, needs("ticket:update", "ticket:close", "ticket:reopen")),
    HttpApiEndpoint.put("assignTicket", "/v1/tickets/:id/assignee", {
      params: id,
      headers: ifMatch,
      payload: AssigneeChange,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json), eTag),
      error: [TicketNotFound, ValidationFailed, Forbidden, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({ summary: "Give a ticket to somebody, or to nobody" }))
      .annotate(EndpointAccess, needs("ticket:assign")),
    HttpApiEndpoint.post("claimTicket", "/v1/tickets/:id/claim", {
      params: id,
      headers: ifMatch,
      success: HttpApiSchema.WithHeaders(Data(Ticket.json), eTag),
      error: [TicketNotFound, Forbidden, TicketAlreadyClaimed, PreconditionFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Take a ticket that nobody has",
      description:
        "Of any number of people who try at once exactly one gets it. Claiming what is yours changes nothing."
    })).annotate(EndpointAccess, needs("ticket:assign")),
    HttpApiEndpoint.get("ticketHistory", "/v1/tickets/:id/history", {
      params: id,
      query: pageQuery,
      success: PageOf(HistoryEntry.json),
      error: [TicketNotFound, ValidationFailed]
    }).annotateMerge(OpenApi.annotations({ summary: "The statuses that a ticket went through, oldest first" }))
      .annotate(EndpointAccess, needs("ticket:read")),
    HttpApiEndpoint.get("ticketEvents", "/v1/tickets/:id/events", {
      params: id,
      query: {
        ...pageQuery,
        after: Schema.optionalKey(IntParameter(0, 2_147_483_647)).pipe(said("The `seq` to go on from"))
      },
      success: PageOf(EventEnvelope),
      error: [TicketNotFound, ValidationFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Everything that happened to a ticket, in order",
      description: "`after` is the `seq` to go on from. Internal notes are left out for those who may not read them."
    })).annotate(EndpointAccess, needs("ticket:read"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Tickets", description: "Incidents and requests" }))
{}

import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { UserId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { TicketRef } from "./Ticket.ts"
import { TicketNotFound } from "./TicketProblems.ts"
import { Watcher } from "./Watcher.ts"

/** Part of the contract: whoever reads the contracts only reads it here. */
export { Watcher } from "./Watcher.ts"

const id = { id: TicketRef.pipe(said("The ticket's id or its number")) }
const watcher = { ...id, userId: UserId.pipe(said("The person's id")) }

export class WatchersApi extends HttpApiGroup.make("watchers")
  .add(
    HttpApiEndpoint.get("listWatchers", "/v1/tickets/:id/watchers", {
      params: id,
      query: pageQuery,
      success: PageOf(Watcher.json),
      error: [TicketNotFound, ValidationFailed]
    }).annotateMerge(OpenApi.annotations({
      summary: "Who watches a ticket",
      description: "Beside its requester and its assignee, who hear of it anyway."
    })).annotate(EndpointAccess, needs("ticket:read")),
    HttpApiEndpoint.put("watchTicket", "/v1/tickets/:id/watchers/:userId", {
      params: watcher,
      success: Data(Watcher.json),
      error: [TicketNotFound, ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Have somebody watch a ticket",
      description:
        "Yourself, or with `ticket:assign` anybody who may see it. They are told what happens there for as long as they may see it. Whoever watches already goes on."
    })).annotate(EndpointAccess, needs("ticket:read", "ticket:assign")),
    HttpApiEndpoint.delete("unwatchTicket", "/v1/tickets/:id/watchers/:userId", {
      params: watcher,
      success: HttpApiSchema.NoContent,
      error: [TicketNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Have somebody watch a ticket no more",
      description: "Yourself, or with `ticket:assign` anybody. Who does not watch it is no error."
    })).annotate(EndpointAccess, needs("ticket:read", "ticket:assign"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Watchers", description: "Who else hears of a ticket" }))
{}

import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { Permission } from "@opsdesk/access/Permission"
import { UserId } from "@opsdesk/kernel/Ids"
import { Data, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Explanation } from "./Explanation.ts"
import { TicketRef } from "./Ticket.ts"

export class ExplainApi extends HttpApiGroup.make("access")
  .add(
    HttpApiEndpoint.get("explain", "/v1/access/explain", {
      query: {
        user: UserId.pipe(said("Who would do it, by id")),
        permission: Permission.pipe(said("What they would do")),
        ticket: Schema.optionalKey(TicketRef).pipe(said("To which ticket, by id or number"))
      },
      success: Data(Explanation),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Why somebody may do something, or may not",
      description:
        "What the desk itself would say, and which grant or rule decides. Without a ticket, a permission on tickets is allowed if it is for some of them. What is about no ticket is answered alike, whichever ticket is named."
    })).annotate(EndpointAccess, needs("role:write"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Access", description: "Why somebody may do something" }))
{}

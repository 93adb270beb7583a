import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { UserId } from "@opsdesk/kernel/Ids"
import { Instant } from "@opsdesk/kernel/Moment"
import { PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Text } from "@opsdesk/kernel/Text"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { AuditEvent } from "./AuditEvent.ts"

/** Everything that the record takes. */
export const auditQuery = {
  ...pageQuery,
  entityType: Schema.optionalKey(Text(1, 100)).pipe(said("What was acted on, such as `ticket`")),
  entityId: Schema.optionalKey(Text(1, 100)).pipe(said("The id of what was acted on")),
  actor: Schema.optionalKey(UserId).pipe(said("Who acted")),
  action: Schema.optionalKey(Text(1, 100)).pipe(said("What was done, such as `ticket.created`")),
  after: Schema.optionalKey(Instant).pipe(said("Done after this instant")),
  before: Schema.optionalKey(Instant).pipe(said("Done before this instant"))
}

export class AuditApi extends HttpApiGroup.make("audit")
  .add(
    HttpApiEndpoint.get("listAuditEvents", "/v1/audit-events", {
      query: auditQuery,
      success: PageOf(AuditEvent.json),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Who did what, newest first",
      description: "`after` and `before` are instants; the rest must match exactly."
    })).annotate(EndpointAccess, needs("audit:read"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Audit", description: "The record of what was done" }))
{}

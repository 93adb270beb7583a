import { PageOf, pageQuery } from "@opsdesk/kernel/Page"
import { Forbidden } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Authentication, EndpointAccess, needs } from "./Authentication.ts"
import { Permission } from "./Permission.ts"
import { Role } from "./Role.ts"

const PermissionEntry = Schema.Struct({
  name: Permission,
  description: Schema.String.annotate({ examples: ["See tickets, their history and their events"] })
}).annotate({ identifier: "PermissionEntry" })

export class RolesApi extends HttpApiGroup.make("roles")
  .add(
    HttpApiEndpoint.get("listRoles", "/v1/roles", {
      query: pageQuery,
      success: PageOf(Role),
      error: Forbidden
    }).annotateMerge(OpenApi.annotations({ summary: "Roles and what they grant" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.get("listPermissions", "/v1/permissions", {
      query: pageQuery,
      success: PageOf(PermissionEntry),
      error: Forbidden
    }).annotateMerge(OpenApi.annotations({ summary: "Everything that can be granted" }))
      .annotate(EndpointAccess, needs("user:read"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Roles", description: "Roles and permissions" }))
{}

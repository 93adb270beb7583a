import { eTag, ifMatch } from "@opsdesk/kernel/EntityTag"
import { RoleId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, PreconditionFailed, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { AdminRoleStays, LastAdmin, NotWithApiToken, RoleNotFound } from "./AccessProblems.ts"
import { Authentication, EndpointAccess, needs } from "./Authentication.ts"
import { Permission } from "./Permission.ts"
import { NewRole, Role, RolePermissions } from "./Role.ts"

const PermissionEntry = Schema.Struct({
  name: Permission,
  description: Schema.String.annotate({ examples: ["See tickets, their history and their events"] })
}).annotate({ identifier: "PermissionEntry" })

const id = { id: RoleId.pipe(said("The role's id")) }

export class RolesApi extends HttpApiGroup.make("roles")
  .add(
    HttpApiEndpoint.get("listRoles", "/v1/roles", {
      query: pageQuery,
      success: PageOf(Role),
      error: Forbidden
    }).annotateMerge(OpenApi.annotations({ summary: "Roles and what they grant" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.post("createRole", "/v1/roles", {
      payload: NewRole,
      success: HttpApiSchema.WithHeaders(Data(Role).pipe(HttpApiSchema.status(201)), {
        location: Schema.String,
        ...eTag
      }),
      error: [ValidationFailed, Forbidden, NotWithApiToken]
    }).annotateMerge(OpenApi.annotations({
      summary: "Make a role",
      description: "You must hold yourself all that it grants: `any` includes the other scopes."
    })).annotate(EndpointAccess, needs("role:write")),
    HttpApiEndpoint.get("getRole", "/v1/roles/:id", {
      params: id,
      success: HttpApiSchema.WithHeaders(Data(Role), eTag),
      error: [RoleNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "One role" }))
      .annotate(EndpointAccess, needs("user:read")),
    HttpApiEndpoint.put("setRolePermissions", "/v1/roles/:id/permissions", {
      params: id,
      headers: ifMatch,
      payload: RolePermissions,
      success: HttpApiSchema.WithHeaders(Data(Role), eTag),
      error: [
        RoleNotFound,
        ValidationFailed,
        Forbidden,
        AdminRoleStays,
        LastAdmin,
        NotWithApiToken,
        PreconditionFailed
      ]
    }).annotateMerge(OpenApi.annotations({
      summary: "Say what a role grants",
      description:
        "Everybody with the role may do so from the next request on. You must hold yourself all that it grants, before and after. The role `admin` stays as it is, and so does the last admin."
    })).annotate(EndpointAccess, needs("role:write")),
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

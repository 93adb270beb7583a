import { RoleId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"
import type { Permission, Scope } from "./Permission.ts"
import { Grant, Grants, permissionNames } from "./Permission.ts"

export const RoleName = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9_-]{0,39}$/u, { message: "must be a role's name: a-z, 0-9, - and _, at most 40" })
).annotate({ identifier: "RoleName", examples: ["agent"] })
export type RoleName = typeof RoleName.Type

export const Role = Schema.Struct({
  id: RoleId,
  name: RoleName,
  permissions: Schema.Array(Grant)
}).annotate({ identifier: "Role" })
export type Role = typeof Role.Type

export const NewRole = Schema.Struct({
  name: RoleName.pipe(Schema.annotateKey({ examples: ["dispatcher"] })),
  permissions: Grants
}).annotate({
  identifier: "NewRole",
  examples: [{
    name: "dispatcher",
    permissions: [{ permission: "ticket:read", scope: "any" }, { permission: "ticket:assign", scope: "any" }]
  }]
})
export type NewRole = typeof NewRole.Type

export const RolePermissions = Schema.Struct({ permissions: Grants }).annotate({ identifier: "RolePermissions" })
export type RolePermissions = typeof RolePermissions.Type

/** A grant, and the role through which somebody has it. */
export const RoleGrant = Schema.Struct({ role: RoleName, ...Grant.fields }).annotate({ identifier: "RoleGrant" })
export type RoleGrant = typeof RoleGrant.Type

const to = (scope: Scope, ...names: ReadonlyArray<Permission>): ReadonlyArray<Grant> =>
  names.map((permission) => ({ permission, scope }))

const onTickets = permissionNames.filter((name) => name.startsWith("ticket:") || name.startsWith("message:"))

/** The roles that every desk starts with. */
export const builtInRoles: ReadonlyArray<{ readonly name: RoleName; readonly permissions: ReadonlyArray<Grant> }> = [
  {
    name: "customer",
    permissions: to(
      "own",
      "ticket:create",
      "ticket:read",
      "ticket:close",
      "ticket:reopen",
      "message:read",
      "message:send"
    )
  },
  { name: "agent", permissions: [...to("team", ...onTickets), ...to("any", "user:read", "report:read")] },
  { name: "admin", permissions: to("any", ...permissionNames) }
]

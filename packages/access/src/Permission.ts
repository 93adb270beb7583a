import { Schema } from "effect"

/** Everything that can be granted, and what it lets one do. */
export const permissions = {
  "ticket:create": "Open tickets; beyond scope own, also in the name of somebody else",
  "ticket:read": "See tickets, their history and their events",
  "ticket:update": "Change title, description, type, priority and team, and move a ticket on",
  "ticket:assign": "Assign, claim and release tickets",
  "ticket:close": "Close tickets",
  "ticket:reopen": "Open resolved and closed tickets again",
  "message:read": "Read the public messages of tickets",
  "message:send": "Write public messages on tickets",
  "message:read_internal": "Read internal notes",
  "message:send_internal": "Write internal notes",
  "user:read": "See people, roles and teams",
  "user:write": "Make, change and deactivate accounts",
  "role:write": "Make roles, say what they grant and who has them",
  "team:write": "Make teams and say who is in them",
  "audit:read": "Read the audit",
  "report:read": "Read the figures of each day",
  "operations:manage": "See what could not be done about events, have it done again, discard it"
} as const satisfies Record<string, string>

export type Permission = keyof typeof permissions

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
export const permissionNames: ReadonlyArray<Permission> = Object.keys(permissions).filter(isPermission)

export const Permission = Schema.Literals(permissionNames).annotate({
  identifier: "Permission",
  description: "What can be granted",
  examples: ["ticket:read"]
})

/**
 * How far a grant reaches. `own`: tickets that one has requested. `team`: tickets of one's teams, assigned to oneself, or
 * of no team yet. `any`: everything. For what is no ticket only `any` says yes.
 */
export const Scope = Schema.Literals(["own", "team", "any"]).annotate({ identifier: "Scope", examples: ["team"] })
export type Scope = typeof Scope.Type

export const Grant = Schema.Struct({ permission: Permission, scope: Scope }).annotate({ identifier: "Grant" })
export type Grant = typeof Grant.Type

/** Grants as somebody lists them. */
export const Grants = Schema.Array(Grant).check(Schema.isUnique({ message: "must not name a grant twice" }))

import type { Actor } from "@opsdesk/access/Actor"
import { scopesOf } from "@opsdesk/access/Actor"
import type { Permission, Scope } from "@opsdesk/access/Permission"
import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Forbidden } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import type { TicketStatus } from "./Ticket.ts"

/** What of a ticket decides who may do something to it. `TicketStore` says the same in SQL, and a test compares both. */
export interface Whose {
  readonly requesterId: UserId
  readonly assigneeId: UserId | null
  readonly teamId: TeamId | null
}

/** The widest of the actor's scopes of a permission that reaches a ticket, if any does. */
export const scopeThatReaches = (actor: Actor, permission: Permission, ticket: Whose): Scope | null => {
  const scopes = scopesOf(actor, permission)
  if (scopes.has("any")) return "any"
  const isTheirTeams = ticket.teamId === null || actor.teamIds.has(ticket.teamId) || ticket.assigneeId === actor.userId
  if (scopes.has("team") && isTheirTeams) return "team"
  return scopes.has("own") && ticket.requesterId === actor.userId ? "own" : null
}

/** Whether one of the actor's grants of a permission reaches a ticket. */
export const reaches = (actor: Actor, permission: Permission, ticket: Whose): boolean =>
  scopeThatReaches(actor, permission, ticket) !== null

/** Refuses what the actor may not do to a ticket that they may see. */
export const permitOn = (actor: Actor, permission: Permission, ticket: Whose): Effect.Effect<void, Forbidden> =>
  reaches(actor, permission, ticket) ? Effect.void : Effect.fail(new Forbidden({ permission }))

/** Closing, and opening what was settled, can be granted by themselves; every other move is work on the ticket. */
export const permissionToMove = (from: TicketStatus, to: TicketStatus): Permission => {
  if (to === "closed") return "ticket:close"
  return to === "open" && (from === "resolved" || from === "closed") ? "ticket:reopen" : "ticket:update"
}

/** Whether the actor may open tickets: for oneself in any scope, and in any team. */
export const mayOpen = (actor: Actor): boolean => scopesOf(actor, "ticket:create").size > 0

/** Whether the actor may open tickets in somebody else's name. */
export const mayOpenForOthers = (actor: Actor): boolean => {
  const scopes = scopesOf(actor, "ticket:create")
  return scopes.has("team") || scopes.has("any")
}

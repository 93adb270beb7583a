import type { ApiTokenId, TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Forbidden } from "@opsdesk/kernel/Problem"
import { Context, Effect } from "effect"
import type { Grant, Permission, Scope } from "./Permission.ts"

/** Somebody who is signed in, with all that decides what they may do. */
export interface Actor {
  readonly userId: UserId
  /** The session they act in (`sid`), or null where there is none: an API token, or a token of another issuer. */
  readonly sessionId: string | null
  readonly roles: ReadonlyArray<string>
  readonly teamIds: ReadonlySet<TeamId>
  readonly grants: ReadonlyMap<Permission, ReadonlySet<Scope>>
  /** The API token through which they act, and whose scopes have cut `grants` down; null for whoever has signed in. */
  readonly apiTokenId: ApiTokenId | null
}

/** Who acts. */
export class CurrentActor extends Context.Service<CurrentActor, Actor>()("@opsdesk/access/CurrentActor") {}

export const grantsOf = (grants: Iterable<Grant>): Actor["grants"] => {
  const all = new Map<Permission, Set<Scope>>()
  for (const { permission, scope } of grants) {
    all.set(permission, (all.get(permission) ?? new Set()).add(scope))
  }
  return all
}

export const listed = (grants: Actor["grants"]): ReadonlyArray<Grant> =>
  [...grants].flatMap(([permission, scopes]) => [...scopes].map((scope) => ({ permission, scope })))

/** Whether somebody holds a grant, or a wider one: `any` is wider than the others, which reach different tickets. */
export const holds = (grants: Actor["grants"], { permission, scope }: Grant): boolean => {
  const scopes = grants.get(permission)
  return scopes !== undefined && (scopes.has("any") || scopes.has(scope))
}

/** What is left of some grants within limits: never more than either has. */
export const cutDown = (grants: Actor["grants"], limits: Iterable<Grant>): Actor["grants"] =>
  grantsOf([...limits].flatMap((limit) => {
    if (holds(grants, limit)) return [limit]
    const narrower = limit.scope === "any" ? [...(grants.get(limit.permission) ?? [])] : []
    return narrower.map((scope) => ({ permission: limit.permission, scope }))
  }))

const nothing: ReadonlySet<Scope> = new Set()

/** The scopes in which the actor holds a permission. */
export const scopesOf = (actor: Actor, permission: Permission): ReadonlySet<Scope> =>
  actor.grants.get(permission) ?? nothing

export const holdsAnywhere = (actor: Actor, permission: Permission): boolean => scopesOf(actor, permission).has("any")

/** For what belongs to no ticket: the permission everywhere, or `Forbidden`. */
export const permit = (actor: Actor, permission: Permission): Effect.Effect<void, Forbidden> =>
  holdsAnywhere(actor, permission) ? Effect.void : Effect.fail(new Forbidden({ permission }))

import type { Actor } from "@opsdesk/access/Actor"
import { holdsAnywhere, scopesOf } from "@opsdesk/access/Actor"
import type { Permission, Scope } from "@opsdesk/access/Permission"
import { RoleGrant } from "@opsdesk/access/Role"
import { Schema } from "effect"
import type { Whose } from "./TicketPolicy.ts"
import { mayOpen, reaches, scopeThatReaches } from "./TicketPolicy.ts"

/** Why the desk says yes or no, and in words. */
const rules = {
  "scope-any": "It is granted for everything.",
  "scope-team": "It is granted for tickets of their teams, assigned to them, or of no team yet.",
  "scope-own": "It is granted for tickets that they have requested.",
  "deactivated": "Their account is deactivated.",
  "no-grant": "None of their roles grants it.",
  "needs-any": "It is granted to them in a narrower scope, and what is no ticket needs `any`.",
  "not-own": "It is granted for tickets that they have requested, and somebody else has requested this one.",
  "not-in-team":
    "It is granted for tickets of their teams, assigned to them, or of no team yet, and this is another team's.",
  "not-visible": "Their roles do not let them see the ticket, so they can do nothing to it."
} as const satisfies Record<string, string>

type Rule = keyof typeof rules
const isRule = (name: string): name is Rule => Object.hasOwn(rules, name)
const Rule = Schema.Literals(Object.keys(rules).filter(isRule)).annotate({
  identifier: "AccessRule",
  description: "What decides",
  examples: ["scope-team"]
})

export const Explanation = Schema.Struct({
  allowed: Schema.Boolean,
  rule: Rule,
  reason: Schema.String.annotate({ description: "The rule in words", examples: [rules["scope-team"]] }),
  grant: Schema.NullOr(RoleGrant).pipe(
    Schema.annotateKey({ description: "The grant that says yes; null where the answer is no" })
  )
}).annotate({ identifier: "Explanation" })
export type Explanation = typeof Explanation.Type

interface Verdict {
  readonly rule: Rule
  /** The scope that says yes; null for a no. */
  readonly scope: Scope | null
}

const yes = (scope: Scope): Verdict => ({ rule: `scope-${scope}`, scope })
const no = (rule: Rule): Verdict => ({ rule, scope: null })

const widest = (scopes: ReadonlySet<Scope>): Scope | null =>
  (["any", "team", "own"] as const).find((scope) => scopes.has(scope)) ?? null

/** Whether a permission is about tickets that are there. */
const isOnTickets = (permission: Permission): boolean =>
  permission !== "ticket:create" && (permission.startsWith("ticket:") || permission.startsWith("message:"))

const onTicket = (actor: Actor, permission: Permission, ticket: Whose): Verdict => {
  const scope = scopeThatReaches(actor, permission, ticket)
  if (scope !== null) return reaches(actor, "ticket:read", ticket) ? yes(scope) : no("not-visible")
  return no(scopesOf(actor, permission).has("team") ? "not-in-team" : "not-own")
}

/** What the policies say to somebody with an active account: of a ticket, or where none is named, of some. */
const verdict = (actor: Actor, permission: Permission, ticket: Whose | null): Verdict => {
  const scope = widest(scopesOf(actor, permission))
  if (scope === null) return no("no-grant")
  if (permission === "ticket:create") return mayOpen(actor) ? yes(scope) : no("no-grant")
  if (!isOnTickets(permission)) return holdsAnywhere(actor, permission) ? yes("any") : no("needs-any")
  if (ticket !== null) return onTicket(actor, permission, ticket)
  return scopesOf(actor, "ticket:read").size > 0 ? yes(scope) : no("not-visible")
}

/** The desk's own answer, with its reason. `grants` is what the person's roles grant; without an actor they have left. */
export const explain = (
  actor: Actor | null,
  grants: ReadonlyArray<RoleGrant>,
  permission: Permission,
  ticket: Whose | null
): Explanation => {
  const { rule, scope } = actor === null ? no("deactivated") : verdict(actor, permission, ticket)
  const through = grants.find((grant) => grant.permission === permission && grant.scope === scope)
  return { allowed: scope !== null, rule, reason: rules[rule], grant: through ?? null }
}

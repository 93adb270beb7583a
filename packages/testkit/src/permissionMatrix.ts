import { createHash } from "node:crypto"
import type { Person } from "./people.ts"
import { personIds, teamIds } from "./people.ts"

/** Who calls, and how the ticket in question stands to them. Carla has opened it; unless said otherwise it is Support's. */
export const callers = {
  anonymous: { person: null, title: "nobody" },
  customer: { person: "carla", title: "customer, own ticket" },
  otherCustomer: { person: "chris", title: "customer, somebody else's" },
  agent: { person: "ada", title: "agent of its team" },
  otherAgent: { person: "nora", title: "agent of another team" },
  assignedAgent: { person: "nora", title: "agent of another team, assigned" },
  agentWithoutTeam: { person: "nora", title: "agent, ticket of no team" },
  admin: { person: "alex", title: "admin" },
  deactivated: { person: "dora", title: "deactivated agent" }
} as const satisfies Record<string, { readonly person: Person | null; readonly title: string }>

export type Caller = keyof typeof callers
export const callerNames = Object.keys(callers) as ReadonlyArray<Caller>

/** A status; or `left out`: 200, but without the thing in question. */
export type Cell = number | "left out"

type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }

export interface Errand {
  /** What is asked, where the operation leaves a choice. */
  readonly errand?: string
  /** What becomes of the ticket before it is asked. */
  readonly given?: { readonly status?: "resolved" | "closed" }
  /** What the address ends in, where the operation must be told something there. */
  readonly query?: string
  /** Text of its own for each request, where two may not have the same. */
  readonly body?: (own: string) => Json
  /** Signs in as oneself first: to send the password, to renew a session of one's own, or to act in one. */
  readonly own?: "password" | "refresh token" | "session"
  /** Whom the address names where it ends in somebody's id; Amir unless said otherwise. */
  readonly whom?: "oneself"
  /** What `left out` and 200 are about: is it in the answer? */
  readonly shows?: "ticket" | "message" | "note"
  readonly answers: Readonly<Record<Caller, Cell>>
}

/** customer, other customer, agent, other agent, assigned agent, agent without team, admin. */
type SignedIn = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell]

/** Somebody without a session, or without an account any more, hears nothing but 401. */
const signedIn = (...answers: SignedIn): Errand["answers"] => ({
  anonymous: 401,
  customer: answers[0],
  otherCustomer: answers[1],
  agent: answers[2],
  otherAgent: answers[3],
  assignedAgent: answers[4],
  agentWithoutTeam: answers[5],
  admin: answers[6],
  deactivated: 401
})

const everybody = (status: number): Errand["answers"] => ({
  ...signedIn(status, status, status, status, status, status, status),
  anonymous: status,
  deactivated: status
})

const whoeverSeesIt = signedIn(200, 404, 200, 404, 200, 200, 200)
const whoeverWorksOnIt = signedIn(403, 404, 200, 404, 200, 200, 200)
const whoeverIsSignedIn = signedIn(200, 200, 200, 200, 200, 200, 200)
const agents = signedIn(403, 403, 200, 200, 200, 200, 200)
const admins = signedIn(403, 403, 403, 403, 403, 403, 200)
const created = ({ ...answers }: Errand["answers"]): Errand["answers"] => {
  const made = Object.entries(answers).map(([caller, cell]) => [caller, cell === 200 ? 201 : cell])
  return { ...answers, ...Object.fromEntries(made) }
}

/** A role's name may be 40 characters long, which a text of one's own may not fit in. */
export const roleNameOf = (own: string): string => `r-${createHash("sha256").update(own).digest("hex").slice(0, 16)}`

/** Every operation of the REST interface, and what it answers to whom. */
export const permissionMatrix: Readonly<Record<string, ReadonlyArray<Errand>>> = {
  "auth.login": [{ errand: "as oneself", own: "password", answers: whoeverIsSignedIn }],
  "auth.refresh": [{ errand: "one's own session", own: "refresh token", answers: whoeverIsSignedIn }],
  "session.logout": [{ own: "session", answers: signedIn(204, 204, 204, 204, 204, 204, 204) }],
  "auth.keys": [{ answers: everybody(200) }],

  // The tests' desk knows no provider; what it answers with one is in services/http/test/signInAtProvider.test.ts.
  "oidc.signInConfig": [{ answers: everybody(200) }],
  "oidc.startSignIn": [{ answers: everybody(404) }],
  "oidc.finishSignIn": [{ answers: everybody(404) }],
  "oidc.takeSession": [{ body: () => ({ code: "made-up" }), answers: everybody(404) }],

  "users.me": [{ answers: whoeverIsSignedIn }],
  "users.listUsers": [{ answers: agents }],
  "users.createUser": [{ body: (own) => ({ email: `${own}@test.local`, name: own }), answers: created(admins) }],
  "users.getUser": [{ answers: agents }],
  "users.updateUser": [
    { errand: "a name", body: (own) => ({ name: own }), answers: admins },
    { errand: "deactivation", body: () => ({ active: false }), answers: admins }
  ],
  "users.setUserRoles": [{ body: () => ({ roles: ["agent"] }), answers: admins }],

  "teams.listTeams": [{ answers: agents }],
  "teams.createTeam": [{ body: (own) => ({ name: own }), answers: created(admins) }],
  "teams.getTeam": [{ answers: agents }],
  "teams.addTeamMember": [{ answers: admins }],
  "teams.removeTeamMember": [{ answers: admins }],

  "roles.listRoles": [{ answers: agents }],
  "roles.createRole": [{
    body: (own) => ({ name: roleNameOf(own), permissions: [{ permission: "ticket:read", scope: "any" }] }),
    answers: created(admins)
  }],
  "roles.getRole": [{ answers: agents }],
  "roles.setRolePermissions": [{
    body: () => ({ permissions: [{ permission: "ticket:read", scope: "team" }] }),
    answers: admins
  }],
  "roles.listPermissions": [{ answers: agents }],

  "apiTokens.listApiTokens": [{ answers: whoeverIsSignedIn }],
  "apiTokens.createApiToken": [
    {
      errand: "that reads one's own tickets",
      body: (own) => ({ name: own, scopes: [{ permission: "ticket:read", scope: "own" }] }),
      answers: created(signedIn(200, 200, 403, 403, 403, 403, 200))
    },
    {
      errand: "that reads the audit",
      body: (own) => ({ name: own, scopes: [{ permission: "audit:read", scope: "any" }] }),
      answers: created(admins)
    }
  ],
  "apiTokens.getApiToken": [{ errand: "of the admin's", answers: signedIn(404, 404, 404, 404, 404, 404, 200) }],
  "apiTokens.revokeApiToken": [{ errand: "of the admin's", answers: signedIn(404, 404, 404, 404, 404, 404, 204) }],

  "access.explain": [{ query: `?user=${personIds.carla}&permission=ticket:read`, answers: admins }],

  "tickets.openTicket": [
    {
      errand: "for oneself",
      body: (own) => ({ title: own, description: "" }),
      answers: created(whoeverIsSignedIn)
    },
    {
      errand: "for somebody else",
      body: (own) => ({ title: own, description: "", requesterId: personIds.amir }),
      answers: created(agents)
    },
    {
      errand: "in a team that one is not in",
      body: (own) => ({ title: own, description: "", teamId: teamIds.Network }),
      answers: created(whoeverIsSignedIn)
    }
  ],
  "tickets.listTickets": [{
    shows: "ticket",
    answers: signedIn(200, "left out", 200, "left out", 200, 200, 200)
  }],
  "tickets.getTicket": [{ shows: "ticket", answers: whoeverSeesIt }],
  "tickets.editTicket": [
    { errand: "its text", body: (own) => ({ title: own }), answers: whoeverWorksOnIt },
    { errand: "its team", body: () => ({ teamId: teamIds.Network }), answers: whoeverWorksOnIt },
    { errand: "nothing", body: () => ({}), answers: whoeverWorksOnIt }
  ],
  "tickets.changeTicketStatus": [
    { errand: "to in_progress", body: () => ({ status: "in_progress" }), answers: whoeverWorksOnIt },
    { errand: "to resolved", body: () => ({ status: "resolved" }), answers: whoeverWorksOnIt },
    { errand: "to closed", body: () => ({ status: "closed" }), answers: whoeverSeesIt },
    {
      errand: "from resolved to open",
      given: { status: "resolved" },
      body: () => ({ status: "open" }),
      answers: whoeverSeesIt
    },
    {
      errand: "from closed to open",
      given: { status: "closed" },
      body: () => ({ status: "open" }),
      answers: whoeverSeesIt
    }
  ],
  "tickets.assignTicket": [
    { errand: "to an agent", body: () => ({ assigneeId: personIds.amir }), answers: whoeverWorksOnIt },
    { errand: "to nobody", body: () => ({ assigneeId: null }), answers: whoeverWorksOnIt }
  ],
  "tickets.claimTicket": [{ answers: whoeverWorksOnIt }],
  "tickets.ticketHistory": [{ shows: "ticket", answers: whoeverSeesIt }],
  "tickets.ticketEvents": [
    { errand: "of the ticket", shows: "ticket", answers: whoeverSeesIt },
    {
      errand: "of internal notes",
      shows: "note",
      answers: signedIn("left out", 404, 200, 404, 200, 200, 200)
    }
  ],

  "watchers.listWatchers": [{ answers: whoeverSeesIt }],
  "watchers.watchTicket": [
    { errand: "a colleague", answers: whoeverWorksOnIt },
    { errand: "oneself", whom: "oneself", answers: whoeverSeesIt }
  ],
  "watchers.unwatchTicket": [
    { errand: "a colleague", answers: signedIn(403, 404, 204, 404, 204, 204, 204) },
    { errand: "oneself", whom: "oneself", answers: signedIn(204, 404, 204, 404, 204, 204, 204) }
  ],

  "messages.listMessages": [
    { errand: "public ones", shows: "message", answers: whoeverSeesIt },
    {
      errand: "internal notes",
      shows: "note",
      answers: signedIn("left out", 404, 200, 404, 200, 200, 200)
    }
  ],
  "messages.getMessage": [
    { errand: "a public one", shows: "message", answers: whoeverSeesIt },
    { errand: "an internal note", shows: "note", answers: signedIn(404, 404, 200, 404, 200, 200, 200) }
  ],
  "messages.sendMessage": [
    { errand: "a public one", body: (own) => ({ body: own }), answers: created(whoeverSeesIt) },
    {
      errand: "an internal note",
      body: (own) => ({ body: own, visibility: "internal" }),
      answers: created(whoeverWorksOnIt)
    }
  ],

  "notifications.listNotifications": [{ answers: whoeverIsSignedIn }],
  "notifications.readNotification": [{
    errand: "of the admin's",
    answers: signedIn(404, 404, 404, 404, 404, 404, 200)
  }],

  "audit.listAuditEvents": [{ answers: admins }],

  "reports.dailyReport": [{ answers: agents }],
  "deadLetters.listDeadLetters": [{ answers: admins }],
  "deadLetters.replayDeadLetter": [{ answers: admins }],
  "deadLetters.discardDeadLetter": [{ answers: signedIn(403, 403, 403, 403, 403, 403, 204) }]
}

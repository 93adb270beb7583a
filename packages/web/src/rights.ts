import type { Ticket, TicketStatus, User } from "@opsdesk/client/things"
import { nextStatuses } from "@opsdesk/client/things"

/** Of whoever is signed in, what decides what the page offers; the desk decides again, and has the last word. */
export interface Somebody {
  readonly id: string
  readonly name: string
  readonly teamIds: ReadonlyArray<string>
  readonly permissions: ReadonlyArray<{ readonly permission: string; readonly scope: string }>
}

/** The same, with an id that the desk takes. */
export interface Me extends Somebody {
  readonly id: User["id"]
}

/** What of a ticket decides whether a grant reaches it. */
export type Whose = {
  readonly [Field in "requesterId" | "assigneeId" | "teamId"]: string | null
}

const holds = ({ permissions }: Somebody, permission: string): boolean =>
  permissions.some((grant) => grant.permission === permission)

/** Whether one of somebody's grants of a permission reaches a ticket, as the desk has it. */
export const may = (me: Somebody, permission: string, { assigneeId, requesterId, teamId }: Whose): boolean => {
  const reaches: Readonly<Record<string, boolean>> = {
    own: requesterId === me.id,
    team: teamId === null || assigneeId === me.id || me.teamIds.includes(teamId),
    any: true
  }
  return me.permissions.some((grant) => grant.permission === permission && reaches[grant.scope] === true)
}

/** Whether somebody works on tickets, or asks for help with their own. */
export const isAgent = (me: Somebody): boolean => holds(me, "ticket:assign")
export const mayOpen = (me: Somebody): boolean => holds(me, "ticket:create")
export const maySeePeople = (me: Somebody): boolean => holds(me, "user:read")

/** Where somebody may move a ticket from where it stands. */
export const movesFor = (me: Somebody, ticket: Pick<Ticket, "status"> & Whose): ReadonlyArray<TicketStatus> =>
  nextStatuses[ticket.status].filter((to) => {
    if (to === "closed") return may(me, "ticket:close", ticket)
    const reopens = to === "open" && (ticket.status === "resolved" || ticket.status === "closed")
    return may(me, reopens ? "ticket:reopen" : "ticket:update", ticket)
  })

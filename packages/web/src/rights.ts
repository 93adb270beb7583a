import type { Ticket, TicketStatus } from "@opsdesk/client/things"
import { nextStatuses } from "@opsdesk/client/things"

/** Of whoever is signed in, what decides what the page offers; the desk decides again, and has the last word. */
export interface Somebody {
  readonly id: string
  readonly name: string
  readonly permissions: ReadonlyArray<{ readonly permission: string; readonly scope: string }>
}

const holds = ({ permissions }: Somebody, permission: string): boolean =>
  permissions.some((grant) => grant.permission === permission)

/** Whether somebody works on tickets, or asks for help with their own. */
export const isAgent = (me: Somebody): boolean => holds(me, "ticket:assign")
export const mayWriteNotes = (me: Somebody): boolean => holds(me, "message:send_internal")
export const mayOpen = (me: Somebody): boolean => holds(me, "ticket:create")
export const maySeePeople = (me: Somebody): boolean => holds(me, "user:read")

/** Where somebody may move a ticket from where it stands. */
export const movesFor = (me: Somebody, { status }: Pick<Ticket, "status">): ReadonlyArray<TicketStatus> =>
  nextStatuses[status].filter((to) => {
    if (to === "closed") return holds(me, "ticket:close")
    const reopens = to === "open" && (status === "resolved" || status === "closed")
    return holds(me, reopens ? "ticket:reopen" : "ticket:update")
  })

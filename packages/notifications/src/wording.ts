import type { UserId } from "@opsdesk/kernel/Ids"
import type { TicketStatus } from "@opsdesk/tickets/Ticket"
import type { Happening } from "./Happening.ts"
import type { Reason } from "./Notification.ts"

/** What people are called, by id. */
export type Names = ReadonlyMap<UserId, { readonly name: string }>

const statuses: Record<TicketStatus, string> = {
  open: "open",
  in_progress: "in progress",
  waiting: "waiting",
  resolved: "resolved",
  closed: "closed"
}

const reasons: Record<Reason, string> = {
  assignee: "You get this because the ticket is yours to work on.",
  requester: "You get this because the ticket was opened for you.",
  watcher: "You get this because you watch the ticket."
}

/** Why somebody is told. */
export const because = (reason: Reason): string => reasons[reason]

const nameOf = (id: UserId | null, names: Names): string =>
  (id === null ? undefined : names.get(id)?.name.replaceAll(/\s+/g, " ").trim()) ?? "Somebody"

const assigned = (
  { from, to }: { readonly from: UserId | null; readonly to: UserId | null },
  by: UserId | null,
  you: UserId | null,
  names: Names
): string => {
  const who = nameOf(by, names)
  if (to === null) return from === by ? `${who} gave the ticket back` : `${who} left the ticket to nobody`
  if (to === by) return `${who} took the ticket`
  return `${who} gave the ticket to ${to === you ? "you" : nameOf(to, names)}`
}

/** What happened, in one line. `you` is who reads it; null where several do. */
export const headlineOf = (happening: Happening, by: UserId | null, you: UserId | null, names: Names): string => {
  const who = nameOf(by, names)
  switch (happening.type) {
    case "ticket.created":
      return `${who} opened the ticket`
    case "ticket.assigned":
      return assigned(happening.payload, by, you, names)
    case "ticket.status_changed": {
      const { from, to } = happening.payload
      return `${who} moved the ticket from ${statuses[from]} to ${statuses[to]}`
    }
    case "message.sent":
      return happening.payload.message.visibility === "internal" ? `${who} left an internal note` : `${who} wrote`
  }
}

/** So much of what somebody wrote stands in a mail; the rest is where the link leads. In code points. */
const quotedUpTo = 4000

const cut = (text: string): string => {
  const points = [...text]
  return points.length <= quotedUpTo ? text : `${points.slice(0, quotedUpTo).join("")} …`
}

const written = (happening: Happening): string | null => {
  switch (happening.type) {
    case "ticket.created":
      return happening.payload.ticket.description
    case "ticket.assigned":
      return null
    case "ticket.status_changed":
      return happening.payload.comment
    case "message.sent":
      return happening.payload.message.body
  }
}

/** What somebody wrote, or null where they wrote nothing. */
export const quoteOf = (happening: Happening): string | null => {
  const text = written(happening)?.replaceAll(/\r\n?/g, "\n").trimEnd() ?? ""
  return text.trim() === "" ? null : cut(text)
}

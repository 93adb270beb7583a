import type { Actor } from "@opsdesk/access/Actor"
import type { UserId } from "@opsdesk/kernel/Ids"
import { permissionToRead } from "@opsdesk/messages/MessagePolicy"
import { reaches } from "@opsdesk/tickets/TicketPolicy"
import type { Concerned } from "@opsdesk/tickets/Watcher"
import type { DateTime } from "effect"
import type { Happening } from "./Happening.ts"
import type { Reason } from "./Notification.ts"

export interface Hearer {
  readonly userId: UserId
  readonly reason: Reason
}

/** How the ticket stood when it happened. */
export interface Deed {
  /** Who did it, or null where nobody did. */
  readonly actorId: UserId | null
  readonly occurredAt: DateTime.Utc
  /** Who had the ticket once it was done: whoever has got it by now hears only of what came after. */
  readonly assigneeId: UserId | null
}

/** Whom something concerns, whether or not they may know of it: each once, by the first reason. */
export const concernedBy = (ticket: Concerned, { assigneeId, occurredAt }: Deed): ReadonlyArray<Hearer> => {
  const reasons = new Map<UserId, Reason>()
  const concern = (userId: UserId | null, reason: Reason) => {
    if (userId !== null && !reasons.has(userId)) reasons.set(userId, reason)
  }
  concern(assigneeId, "assignee")
  concern(ticket.requesterId, "requester")
  for (const { since, userId } of ticket.watchers) {
    if (since <= occurredAt.epochMilliseconds) concern(userId, "watcher")
  }
  return [...reasons].map(([userId, reason]) => ({ userId, reason }))
}

/** Whether somebody may know of it: they see the ticket, and where it is a message, may read such messages on it. */
export const mayHear = (actor: Actor | undefined, happening: Happening, ticket: Concerned): boolean =>
  actor !== undefined && reaches(actor, "ticket:read", ticket) && (
    happening.type !== "message.sent" ||
    reaches(actor, permissionToRead(happening.payload.message.visibility), ticket)
  )

/**
 * Who is told: those whom it concerns and who may know of it as they stand now, but never whoever did it. `actors` holds
 * those with an active account.
 */
export const hearersOf = (
  happening: Happening,
  ticket: Concerned,
  deed: Deed,
  actors: ReadonlyMap<UserId, Actor>
): ReadonlyArray<Hearer> =>
  concernedBy(ticket, deed).filter(({ userId }) =>
    userId !== deed.actorId && mayHear(actors.get(userId), happening, ticket)
  )

import { HistoryEntryId, TicketId } from "@opsdesk/kernel/Ids"
import { Ticket } from "@opsdesk/tickets/Ticket"
import { DateTime } from "effect"
import { actorOf, userIdOf } from "./actors.ts"

/** A ticket that Carla has opened and nobody has touched since, but for what is said otherwise. */
export const aTicket = (but: Partial<ConstructorParameters<typeof Ticket>[0]> = {}): Ticket =>
  new Ticket({
    id: TicketId.make("0198c7a2-0000-7000-8000-00000000f001"),
    number: 1,
    title: "No sound",
    description: "Since this morning.",
    type: "incident",
    status: "open",
    priority: "normal",
    requesterId: userIdOf("carla"),
    assigneeId: null,
    teamId: null,
    version: 1,
    lastSeq: 1,
    createdAt: DateTime.makeUnsafe("2026-03-14T09:26:53.589Z"),
    updatedAt: DateTime.makeUnsafe("2026-03-14T09:26:53.589Z"),
    resolvedAt: null,
    closedAt: null,
    ...but
  })

/** Carla opens a ticket: the first step of its way. */
export const opening = (id: string) =>
  ({ id: HistoryEntryId.make(id), from: null, by: actorOf("carla"), comment: null }) as const

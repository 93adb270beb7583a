import type { AuditEvent } from "@opsdesk/audit/AuditEvent"
import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import type { Message } from "@opsdesk/messages/Message"
import type { RoomEvent } from "@opsdesk/rooms/RoomEvent"
import type { HistoryEntry, TicketSummary } from "@opsdesk/tickets/Ticket"
import type { Whose } from "@opsdesk/tickets/TicketPolicy"
import type { Team } from "@opsdesk/users/Team"
import type { User } from "@opsdesk/users/User"
import type { Grant } from "./types.ts"

/** What stands behind the types of the schema while an operation is answered: what the desks gave, as they gave it. */
export type TicketRow = TicketSummary & {
  readonly description?: string
  /** Whose it is now, where the row is of some time ago: by this it is decided what else of the ticket may be read. */
  readonly standing?: Whose
}
export type MessageRow = Message
export type HistoryRow = HistoryEntry
export type AuditRow = AuditEvent

export type EventRow = RoomEvent

/** Somebody by id; what else is asked of them is loaded, unless it is there already. */
export interface PersonRef {
  readonly id: UserId
  readonly account?: User
}

export interface TeamRef {
  readonly id: TeamId
  readonly team?: Team
}

export interface MeRow {
  readonly user: PersonRef
  readonly permissions: ReadonlyArray<Grant>
}

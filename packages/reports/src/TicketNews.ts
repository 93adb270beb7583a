import { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { TicketStatus } from "@opsdesk/tickets/Ticket"
import { Schema } from "effect"

/** The part of an event that figures are made of. */
export const Told = Schema.TaggedUnion({
  Opened: { requesterId: UserId, teamId: Schema.NullOr(TeamId) },
  Handed: { teamId: Schema.NullOr(TeamId) },
  Moved: { to: TicketStatus },
  /** A public message. */
  Written: { authorId: UserId }
})
export type Told = typeof Told.Type

/** An event of a ticket, in the order of `seq`; what says nothing that is counted only moves the order on. */
export const TicketNews = Schema.Struct({
  ticketId: TicketId,
  seq: Schema.Int,
  at: Schema.DateTimeUtcFromDate,
  told: Schema.NullOr(Told)
})
export type TicketNews = typeof TicketNews.Type

import type * as contracts from "@opsdesk/api/contracts"

/** What the desk's answers hold, as a client has it: instants are `DateTime.Utc`. */
export type Ticket = typeof contracts.Ticket.json.Type
/** A ticket in a list: without its description. */
export type TicketSummary = typeof contracts.TicketSummaryJson.Type
export type TicketStatus = typeof contracts.TicketStatus.Type
export type TicketType = typeof contracts.TicketType.Type
export type Priority = typeof contracts.Priority.Type
export type HistoryEntry = typeof contracts.HistoryEntry.json.Type
export type Message = typeof contracts.Message.json.Type
export type Visibility = typeof contracts.Visibility.Type
export type User = typeof contracts.User.json.Type
export type Watcher = typeof contracts.Watcher.json.Type
export type Team = typeof contracts.Team.Type

/** Where a ticket may go next from each status. */
export { nextStatuses } from "@opsdesk/api/contracts"

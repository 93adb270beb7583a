/** What a client needs of the slices' contracts beside `Api`. */
export { Authentication } from "@opsdesk/access/AuthApi"
export { Message, Visibility } from "@opsdesk/messages/MessagesApi"
export {
  HistoryEntry,
  nextStatuses,
  Priority,
  Ticket,
  TicketStatus,
  TicketSummaryJson,
  TicketType
} from "@opsdesk/tickets/TicketsApi"
export { Watcher } from "@opsdesk/tickets/WatchersApi"
export { Team } from "@opsdesk/users/TeamsApi"
export { User } from "@opsdesk/users/UsersApi"

import type { Consumer } from "@opsdesk/events/Consumer"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { TicketNews } from "@opsdesk/tickets/TicketNews"
import { Effect } from "effect"

/**
 * Drops what is kept of the tickets that events touch, in case the program that changed them did not come to it: it may
 * have ended between its commit and the drop. What an event tells of is committed already, so whoever reads anew after
 * the drop reads what is.
 */
export const cache: Consumer<DependencyUnavailable, TicketNews> = {
  name: "cache",
  about: "Drops what is kept of tickets as soon as something happens to them.",
  types: ["#"],
  run: (events) => Effect.flatMap(TicketNews, ({ heard }) => heard(events))
}

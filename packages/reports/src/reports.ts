import type { Consumer } from "@opsdesk/events/Consumer"
import { Projection } from "./Projection.ts"

/**
 * Keeps the figures up. An event says which ticket has news; what happened is read from the record, so that a chunk that
 * comes again, an event that never came and a body that somebody has tampered with all come to the same figures.
 */
export const reports = {
  name: "reports",
  about: "Keeps the daily report: what was opened, resolved and closed, what is left, and how long it took",
  types: ["ticket.created", "ticket.updated", "ticket.status_changed", "message.sent"],
  run: (events) => Projection.use((projection) => projection.keepUp(events.flatMap(({ ticketId }) => ticketId ?? [])))
} satisfies Consumer<unknown, Projection>

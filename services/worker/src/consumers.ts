import { auditConsumer } from "@opsdesk/audit/auditConsumer"
import type { AuditSealer } from "@opsdesk/audit/AuditSealer"
import type { Consumer } from "@opsdesk/events/Consumer"
import type { NotificationRules } from "@opsdesk/notifications/NotificationRules"
import type { Projection } from "@opsdesk/reports/Projection"
import { reports } from "@opsdesk/reports/reports"
import type { TicketNews } from "@opsdesk/tickets/TicketNews"
import { cache } from "./consumers/cache.ts"
import { notifications } from "./consumers/notifications.ts"

/** Everybody who acts on events. Queues, retries, dead letters, metrics and `docs/events.md` follow from this list. */
export const consumers: ReadonlyArray<Consumer<unknown, AuditSealer | NotificationRules | Projection | TicketNews>> = [
  cache,
  notifications,
  auditConsumer,
  reports
]

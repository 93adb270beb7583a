import type { Consumer } from "@opsdesk/events/Consumer"
import { NotificationType } from "@opsdesk/notifications/Notification"
import { NotificationRules } from "@opsdesk/notifications/NotificationRules"
import { Effect } from "effect"

/** Writes down who hears of what, and what is to be sent of it; the courier sends it afterwards. */
export const notifications: Consumer<unknown, NotificationRules> = {
  name: "notifications",
  about: "Tells requester, assignee and watchers what others have done to a ticket.",
  types: NotificationType.literals,
  run: (events) => Effect.flatMap(NotificationRules, ({ hear }) => hear(events))
}

import { Problem } from "@opsdesk/kernel/Problem"

/** Also the answer to whoever asks about somebody else's. */
export class NotificationNotFound extends Problem<NotificationNotFound>()(
  "NotificationNotFound",
  "not-found",
  "There is no such notification of yours."
) {}

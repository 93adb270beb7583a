import { Problem } from "@opsdesk/kernel/Problem"

/** Also the answer to someone who may not read the internal note. */
export class MessageNotFound extends Problem<MessageNotFound>()(
  "MessageNotFound",
  "not-found",
  "There is no such message, or none that you may see."
) {}

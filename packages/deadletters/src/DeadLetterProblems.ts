import { Problem } from "@opsdesk/kernel/Problem"

export class DeadLetterNotFound extends Problem<DeadLetterNotFound>()(
  "DeadLetterNotFound",
  "not-found",
  "There is no such dead letter; it may have been discarded."
) {}

export class ConsumerNotFound extends Problem<ConsumerNotFound>()(
  "ConsumerNotFound",
  "not-found",
  "No consumer of this name has ever acted on events here."
) {}

import { DeadLetterId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { Schema } from "effect"
import { Model } from "effect/schema"

/** What a consumer could not do about an event, after all its tries. */
export class DeadLetter extends Model.Class<DeadLetter>("DeadLetter")({
  id: DeadLetterId,
  /** Grows with each letter; the list is sorted by it. */
  seq: Model.Field({ select: Schema.Int }),
  queue: Schema.String.annotate({ description: "Where it would have gone", examples: ["opsdesk.notifications"] }),
  eventId: Schema.NullOr(Schema.String).annotate({
    description: "The event's id; null where it could not be told",
    examples: ["019ceb3a-27f9-7e01-9f6c-3d18b4a25c70"]
  }),
  type: Schema.NullOr(Schema.String).annotate({ examples: ["ticket.created"] }),
  attempts: Schema.Int.annotate({ description: "How often it was tried", examples: [6] }),
  error: Schema.String.annotate({
    description: "Why it failed the last time",
    examples: ["the mail server does not know the receiver"]
  }),
  failedAt: Moment,
  body: Schema.String.annotate({
    description: "What was delivered, as it came",
    examples: ["{\"id\":\"019ceb3a-27f9-7e01-9f6c-3d18b4a25c70\",\"type\":\"ticket.created\",…}"]
  })
}) {}

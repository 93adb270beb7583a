import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Schema } from "effect"

const json = Schema.fromJsonString(EventEnvelope)

/** An event out of a message's body, or why it is none. */
export const decodeEvent = Schema.decodeUnknownResult(json)

/** An event as the body of a message. */
export const encodeEvent = Schema.encodeSync(json)

/** An event as its row has it. */
export const EventRow = Schema.Struct({ ...EventEnvelope.fields, occurredAt: Schema.DateTimeUtcFromDate })

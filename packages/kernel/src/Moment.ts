import { DateTime, Option, Schema } from "effect"
import { Model } from "effect/schema"

/** An instant on the wire: RFC 3339 in UTC, milliseconds. */
export const Timestamp = Schema.DateTimeUtcFromString.pipe(
  Schema.annotateEncoded({ format: "date-time", examples: ["2026-03-14T09:26:53.589Z"] })
)

/** An instant of a record: a `timestamptz(3)` in its row, a `Timestamp` in JSON. */
export const Moment = Model.Field({ select: Schema.DateTimeUtcFromDate, json: Timestamp })

/** An instant of a record that may not have come yet. */
export const MomentOrNull = Model.Field({
  select: Schema.NullOr(Schema.DateTimeUtcFromDate),
  json: Schema.NullOr(Timestamp).pipe(Schema.annotateEncoded({ examples: [null] }))
})

/** Parsers take the 30th of February for the 2nd of March; whoever wrote it did not mean that. */
const isOnTheCalendar = (text: string): boolean => {
  const day = text.slice(0, 10)
  return Option.exists(DateTime.make(day), (found) => DateTime.formatIsoDateUtc(found) === day)
}

/** An instant in a query: RFC 3339 with seconds and an offset. */
export const Instant = Schema.String.annotate({ format: "date-time", examples: ["2026-03-14T09:26:53Z"] }).check(
  Schema.isPattern(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/u, {
    message: "must be an instant such as 2026-03-14T09:26:53Z (RFC 3339)"
  }),
  Schema.makeFilter((text) => isOnTheCalendar(text) || "must be a day of the calendar")
).pipe(Schema.decodeTo(Schema.DateTimeUtcFromString))

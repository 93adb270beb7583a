import { DateTime, Option, Schema } from "effect"

const isOnTheCalendar = (text: string): boolean =>
  !text.startsWith("0000") && Option.exists(DateTime.make(text), (found) => DateTime.formatIsoDateUtc(found) === text)

/** A day in UTC, as ISO 8601 writes it: days sort as their texts do. */
export const Day = Schema.String.annotate({ format: "date", examples: ["2026-03-14"] }).check(
  Schema.isPattern(/^\d{4}-\d\d-\d\d$/u, { message: "must be a day such as 2026-03-14" }),
  Schema.makeFilter((text) => isOnTheCalendar(text) || "must be a day of the calendar")
).pipe(Schema.brand("Day")).annotate({ identifier: "Day" })
export type Day = typeof Day.Type

/** The day in which an instant lies. */
export const dayOf = (at: DateTime.Utc): Day => Day.make(DateTime.formatIsoDateUtc(at))

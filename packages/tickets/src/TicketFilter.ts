import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Instant } from "@opsdesk/kernel/Moment"
import { pageQuery, said } from "@opsdesk/kernel/Page"
import { Text } from "@opsdesk/kernel/Text"
import { Schema, SchemaTransformation } from "effect"
import { Priority, TicketStatus, TicketType } from "./Ticket.ts"

/** `a,b`: any of some words. */
const AnyOf = <const Words extends ReadonlyArray<string>>(schema: Schema.Literals<Words>) => {
  const word = `(${schema.literals.join("|")})`
  return Schema.String.check(
    Schema.isPattern(new RegExp(`^${word}(,${word})*$`, "u"), {
      message: `must be one or several of ${schema.literals.join(", ")}, parted by commas`
    })
  ).pipe(
    Schema.decodeTo(
      Schema.Array(schema),
      SchemaTransformation.transform<ReadonlyArray<string>, string>({
        decode: (text) => text.split(","),
        encode: (words) => words.join(",")
      })
    )
  )
}

export const SortField = Schema.Literals(["createdAt", "updatedAt", "priority", "number"])
export type SortField = typeof SortField.Type

export interface SortKey {
  readonly field: SortField
  readonly descending: boolean
}

const SortKey: Schema.Codec<SortKey> = Schema.Struct({ field: SortField, descending: Schema.Boolean })

const isSortField = Schema.is(SortField)

/** `-priority,createdAt`: what to sort by, the first first; `-` for descending. */
export const TicketSort = Schema.String.check(
  Schema.isPattern(/^-?(createdAt|updatedAt|priority|number)(,-?(createdAt|updatedAt|priority|number)){0,3}$/u, {
    message: "must be some of createdAt, updatedAt, priority and number, parted by commas, `-` for descending"
  }),
  Schema.makeFilter((text) => {
    const fields = text.replaceAll("-", "").split(",")
    return new Set(fields).size === fields.length || "must not name a field twice"
  })
).pipe(
  Schema.decodeTo(
    Schema.Array(SortKey),
    SchemaTransformation.transform<ReadonlyArray<SortKey>, string>({
      decode: (text) =>
        text.split(",").flatMap((key) => {
          const field = key.replace("-", "")
          return isSortField(field) ? [{ field, descending: key.startsWith("-") }] : []
        }),
      encode: (keys) => keys.map(({ descending, field }) => descending ? `-${field}` : field).join(",")
    })
  )
)

const filterFields = {
  status: Schema.optionalKey(AnyOf(TicketStatus)).pipe(said("Any of these statuses")),
  priority: Schema.optionalKey(AnyOf(Priority)).pipe(said("Any of these priorities")),
  type: Schema.optionalKey(AnyOf(TicketType)).pipe(said("Any of these types")),
  assignee: Schema.optionalKey(Schema.Union([UserId, Schema.Literals(["me", "none"])])).pipe(
    said("Whose it is: an id, `me`, or `none` for nobody's")
  ),
  requester: Schema.optionalKey(Schema.Union([UserId, Schema.Literal("me")])).pipe(said("Who asked: an id or `me`")),
  team: Schema.optionalKey(Schema.Union([TeamId, Schema.Literal("none")])).pipe(
    said("Which team's: an id, or `none` for no team's")
  ),
  q: Schema.optionalKey(Text(1, 500)).pipe(said("Words to find, in the syntax of web searches")),
  createdAfter: Schema.optionalKey(Instant).pipe(said("Opened after this instant")),
  createdBefore: Schema.optionalKey(Instant).pipe(said("Opened before this instant")),
  updatedAfter: Schema.optionalKey(Instant).pipe(said("Changed after this instant"))
}

const Filter = Schema.Struct(filterFields)
export type TicketFilter = typeof Filter.Type

/** Everything that the list of tickets takes. */
export const ticketsQuery = {
  ...pageQuery,
  ...filterFields,
  sort: Schema.optionalKey(TicketSort).pipe(
    said("What to sort by, the first first; `-` for descending: `-priority,createdAt`")
  )
}

/** The newest first, unless asked otherwise. */
export const newestFirst: ReadonlyArray<SortKey> = [{ field: "createdAt", descending: true }]

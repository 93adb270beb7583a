import { DateTime } from "effect"
import { GraphQLScalarType } from "graphql"

/** Instants leave as RFC 3339; what comes in stays text, for the schemas of the desks to read. */
const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: "DateTime",
  serialize: (value) => {
    if (!DateTime.isDateTime(value)) throw new TypeError("not an instant")
    return DateTime.formatIso(value)
  },
  parseValue: (value) => {
    if (typeof value !== "string") throw new TypeError("must be an instant such as 2026-03-14T09:26:53Z")
    return value
  }
})

const JsonScalar = new GraphQLScalarType({ name: "JSON", serialize: (value) => value })

export const scalars = { DateTime: DateTimeScalar, JSON: JsonScalar }

/** The schema's words, and those of the desks. */
export const enums = {
  TicketStatus: {
    OPEN: "open",
    IN_PROGRESS: "in_progress",
    WAITING: "waiting",
    RESOLVED: "resolved",
    CLOSED: "closed"
  },
  TicketType: { INCIDENT: "incident", REQUEST: "request" },
  TicketPriority: { LOW: "low", NORMAL: "normal", HIGH: "high", URGENT: "urgent" },
  MessageVisibility: { PUBLIC: "public", INTERNAL: "internal" },
  TicketSortField: { CREATED_AT: "createdAt", UPDATED_AT: "updatedAt", PRIORITY: "priority", NUMBER: "number" }
} as const

import { auditQuery } from "@opsdesk/audit/AuditApi"
import { versionTag } from "@opsdesk/kernel/EntityTag"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { NotFound, ValidationFailed } from "@opsdesk/kernel/Problem"
import type { MessageWindow } from "@opsdesk/messages/MessagePages"
import { TicketRef } from "@opsdesk/tickets/Ticket"
import { ticketsQuery } from "@opsdesk/tickets/TicketFilter"
import { Effect, Result, Schema } from "effect"
import { inBody, inParameter } from "../middleware/requestProblems.ts"
import type { QueryAuditEventsArgs, QueryTicketsArgs, TicketMessagesArgs } from "./types.ts"

type Loose<A> = { readonly [Key in keyof A]?: A[Key] | null | undefined }

/** Without what nobody said: an argument that is null is one that was left out. */
const said = (record: Loose<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined))

const options = { errors: "all", onExcessProperty: "error" } as const

/** Here the parameters of a page go by Relay's names. */
const relayNames: Readonly<Record<string, string>> = { limit: "first", cursor: "after" }

const renamed = ({ errors }: ValidationFailed): ValidationFailed =>
  new ValidationFailed({
    errors: errors.map((fault) =>
      "parameter" in fault ? { ...fault, parameter: relayNames[fault.parameter] ?? fault.parameter } : fault
    )
  })

/** Lets a list name its faults as they are called here. */
export const inRelayTerms = <A, E, R>(list: Effect.Effect<A, E, R>) =>
  Effect.mapError(list, (failure) => failure instanceof ValidationFailed ? renamed(failure) : failure)

/** Reads arguments as the REST interface reads its parameters, by the same schema and with the same words. */
const asParameters = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownEffect(schema, options)
  return (parameters: Record<string, unknown>) =>
    decode(parameters).pipe(
      Effect.mapError((error) => renamed(new ValidationFailed({ errors: inParameter(error) })))
    )
}

const ticketsParameters = asParameters(Schema.Struct(ticketsQuery))
const auditParameters = asParameters(Schema.Struct(auditQuery))

const page = ({ after, first }: Loose<{ after: string; first: number }>) => ({
  limit: String(first ?? 20),
  cursor: after
})

const joined = (words: ReadonlyArray<string> | null | undefined) => words?.join(",")

/** What `Query.tickets` is asked for, as the list of the REST interface takes it. */
export const ticketsAsked = ({ after, filter, first, sort }: QueryTicketsArgs) =>
  ticketsParameters(said({
    ...filter,
    ...page({ after, first }),
    status: joined(filter?.status),
    priority: joined(filter?.priority),
    type: joined(filter?.type),
    sort: joined(sort?.map(({ direction, field }) => direction === "DESC" ? `-${field}` : field))
  }))

export const auditAsked = ({ after, filter, first }: QueryAuditEventsArgs) =>
  auditParameters(said({ ...filter, ...page({ after, first }) }))

const decodeRef = Schema.decodeUnknownEffect(TicketRef)

/** A ticket's id or number; what is neither names nothing. */
export const ticketRef = (id: string) => Effect.mapError(decodeRef(id), () => new NotFound())

/** An id; what is none names nothing. */
export const idOf = <A>(schema: Schema.Codec<A, string>) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (id: string) => Effect.mapError(decode(id), () => new NotFound())
}

/** Reads an `input` as the REST interface reads a body: pointers lead into the input. */
export const asBody = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownEffect(schema, options)
  return (input: Record<string, unknown>) =>
    Effect.mapError(decode(input), (error) => new ValidationFailed({ errors: inBody(error) }))
}

export const leftOut = said

/** `ifVersion` as the tags of `If-Match`. */
export const tagsOf = (version: number | null | undefined): EntityTags | undefined =>
  version === null || version === undefined ? undefined : [versionTag(version)]

const mostOnPage = 100

const wrong = (parameter: string, detail: string) => Result.fail(ValidationFailed.parameter(parameter, detail))

/** Which page is asked for: the `first` after a place, or the `last` before one. */
export const windowOf = (
  { after, before, first, last }: Loose<TicketMessagesArgs>
): Result.Result<MessageWindow, ValidationFailed> => {
  const newest = last !== null && last !== undefined
  if (newest && typeof first === "number") return wrong("last", "does not go together with `first`")
  if (newest && typeof after === "string") return wrong("after", "goes with `first`; `last` goes with `before`")
  if (!newest && typeof before === "string") return wrong("before", "goes with `last`; `first` goes with `after`")
  const limit = last ?? first ?? 20
  if (limit < 1 || limit > mostOnPage) return wrong(newest ? "last" : "first", "must be a whole number from 1 to 100")
  return Result.succeed({ newest, limit, cursor: (newest ? before : after) ?? undefined })
}

import { Authentication } from "@opsdesk/access/Authentication"
import type { Fault } from "@opsdesk/kernel/Problem"
import { Internal, MalformedJson, NotFound, ValidationFailed } from "@opsdesk/kernel/Problem"
import { RequestProblems } from "@opsdesk/kernel/RequestProblems"
import type { Schema } from "effect"
import { Effect, Layer, SchemaIssue } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { nothingUnknown } from "./nothingUnknown.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

type Segment = PropertyKey | { readonly key: PropertyKey }
const keyOf = (segment: Segment): string => String(typeof segment === "object" ? segment.key : segment)

/** One step of a JSON Pointer (RFC 6901, section 3). */
const token = (segment: Segment) => `/${keyOf(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`

const issuesOf = (error: Schema.SchemaError) => format(error.issue).issues

/** So many are told: more help nobody, and an answer must not be larger than what asked for it. */
const most = 50

const inBody = (error: Schema.SchemaError): ReadonlyArray<Fault> =>
  issuesOf(error).slice(0, most).map(({ message, path }) => ({
    pointer: (path ?? []).map(token).join(""),
    detail: message
  }))

const inParameter = (error: Schema.SchemaError): ReadonlyArray<Fault> =>
  issuesOf(error).slice(0, most).map(({ message, path }) => ({ parameter: keyOf(path?.[0] ?? ""), detail: message }))

/** How the server says that a body is no JSON at all. */
const isMalformed = (error: Schema.SchemaError) =>
  error.issue._tag === "InvalidValue" && error.message.includes("Expected a valid JSON body")

/** What cannot be decoded or encoded, as a problem. An address that names nothing is not found rather than invalid. */
const SchemaProblems = HttpApiMiddleware.layerSchemaErrorTransform(RequestProblems, ({ cause, kind }) => {
  switch (kind) {
    case "Params":
      return Effect.fail(new NotFound())
    case "Query":
    case "Headers":
      return Effect.fail(new ValidationFailed({ errors: inParameter(cause) }))
    case "Payload":
      return Effect.fail(isMalformed(cause) ? new MalformedJson() : new ValidationFailed({ errors: inBody(cause) }))
    default:
      return Effect.andThen(
        Effect.logError("an answer is not what its contract says", cause),
        Effect.fail(new Internal())
      )
  }
})

/** Whoever must sign in hears of that first: there `Authentication` looks at the parameters, once it knows who asks. */
export const RequestProblemsRest = Layer.effect(
  RequestProblems,
  Effect.map(RequestProblems, (schemaProblems) =>
    RequestProblems.of((answer, options) => {
      const answered = schemaProblems(answer, options)
      const { endpoint } = options
      return endpoint.middlewares.has(Authentication) ? answered : nothingUnknown(answered, endpoint)
    }))
).pipe(Layer.provide(SchemaProblems))

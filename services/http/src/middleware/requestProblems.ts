import { Authentication } from "@opsdesk/access/Authentication"
import type { Fault } from "@opsdesk/kernel/Problem"
import { Internal, MalformedJson, NotFound, ValidationFailed } from "@opsdesk/kernel/Problem"
import { RequestProblems } from "@opsdesk/kernel/RequestProblems"
import type { Schema } from "effect"
import { Effect, Layer } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { mostFaults, nothingUnknown } from "./nothingUnknown.ts"
import type { Plain } from "./plainWords.ts"
import { plainWords } from "./plainWords.ts"

/** One step of a JSON Pointer (RFC 6901, section 3). */
const token = (key: PropertyKey) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`

/** The first fault of each place: whoever mends that one sees whether there is another. */
const faultsOf = ({ issue }: Schema.SchemaError): ReadonlyArray<Plain> => {
  const first = new Map<string, Plain>()
  for (const fault of plainWords(issue)) {
    const place = fault.path.map(token).join("")
    if (!first.has(place)) first.set(place, fault)
  }
  return [...first.values()].slice(0, mostFaults)
}

/** What is wrong with a body, or with what stands in a body's place. */
export const inBody = (error: Schema.SchemaError): ReadonlyArray<Fault> =>
  faultsOf(error).map(({ detail, path }) => ({ pointer: path.map(token).join(""), detail }))

export const inParameter = (error: Schema.SchemaError): ReadonlyArray<Fault> =>
  faultsOf(error).map(({ detail, path }) => ({ parameter: String(path[0] ?? ""), detail }))

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

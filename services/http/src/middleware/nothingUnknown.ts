import { PassesOverBody } from "@opsdesk/access/Authentication"
import type { Fault } from "@opsdesk/kernel/Problem"
import { MalformedJson, UnsupportedMediaType, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, Effect, Schema } from "effect"
import type { HttpServerResponse } from "effect/http"
import { HttpServerRequest, HttpServerRespondable } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { deepest, isTooDeep, queryFaults, textOf } from "./wellFormed.ts"

/** So many are told: more help nobody, and an answer must not be larger than what asked for it. */
export const mostFaults = 50

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const unknownParameters = (parameters: object): ReadonlyArray<Fault> =>
  Object.keys(parameters).map((parameter) => ({ parameter, detail: "is not known here" }))

/** What is wrong with a body that nobody asked for; nothing at all, and an empty object, do no harm. */
const strayBody = (text: string): ReadonlyArray<Fault> | "malformed" => {
  if (text === "") return []
  const body = decodeJson(text)
  if (body._tag === "None") return "malformed"
  return typeof body.value === "object" && body.value !== null && Object.keys(body.value).length === 0
    ? []
    : [{ pointer: "", detail: "takes no body" }]
}

const malformed = HttpServerRespondable.toResponse(new MalformedJson())
const refused = (errors: ReadonlyArray<Fault>) =>
  HttpServerRespondable.toResponse(new ValidationFailed({ errors: errors.slice(0, mostFaults) }))

const unsupported = HttpServerRespondable.toResponse(new UnsupportedMediaType())

/** A body that would be read as something else than it says: compressed, in another character set, or of no type. */
const isOtherwise = ({ headers }: HttpServerRequest.HttpServerRequest): boolean => {
  const coding = headers["content-encoding"] ?? "identity"
  const type = headers["content-type"]
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type ?? "") ?? []
  return coding.toLowerCase() !== "identity" || type?.trim() === "" || charset.toLowerCase() !== "utf-8"
}

const tooDeep = `must not nest arrays and objects more than ${deepest} deep`

/**
 * Refuses what cannot have been meant (text that is none, a parameter twice, brackets without end), and what an endpoint
 * without parameters, or without a body, is asked with. Those that take some refuse the others by their schema, but there
 * is no schema for none.
 */
export const nothingUnknown = <E, R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  endpoint: HttpApiEndpoint.Top
) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const wrongQuery = queryFaults(request.url)
    if (wrongQuery.length > 0) return yield* refused(wrongQuery)
    const mayHaveBody = request.method !== "GET" && request.method !== "HEAD"
    if (mayHaveBody && endpoint.payload.size > 0 && isOtherwise(request)) return yield* unsupported
    const body = mayHaveBody ? textOf(yield* Effect.orDie(request.arrayBuffer)) : ""
    if (body === null) return yield* malformed
    if (isTooDeep(body)) {
      const isJson = decodeJson(body)._tag === "Some"
      return yield* isJson ? refused([{ pointer: "", detail: tooDeep }]) : malformed
    }
    const mustHaveNone = mayHaveBody && endpoint.payload.size === 0 &&
      !Context.get(endpoint.annotations, PassesOverBody)
    const stray = mustHaveNone ? strayBody(body) : []
    if (stray === "malformed") return yield* malformed
    const unknown = endpoint.query === undefined
      ? unknownParameters(yield* HttpServerRequest.ParsedSearchParams)
      : []
    const errors = [...unknown, ...stray]
    return errors.length === 0 ? yield* answer : yield* refused(errors)
  })

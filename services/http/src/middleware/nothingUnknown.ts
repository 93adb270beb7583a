import type { Fault } from "@opsdesk/kernel/Problem"
import { MalformedJson, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect, Schema } from "effect"
import type { HttpServerResponse } from "effect/http"
import { HttpServerRequest, HttpServerRespondable } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"

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

/**
 * Refuses what an endpoint without parameters, or without a body, is asked with. Those that take some refuse the others
 * by their schema, but there is no schema for none.
 */
export const nothingUnknown = <E, R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  endpoint: HttpApiEndpoint.Top
) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const takesNoBody = endpoint.payload.size === 0 && request.method !== "GET" && request.method !== "HEAD"
    const stray = takesNoBody ? strayBody(yield* Effect.orDie(request.text)) : []
    if (stray === "malformed") return yield* HttpServerRespondable.toResponse(new MalformedJson())
    const unknown = endpoint.query === undefined
      ? unknownParameters(yield* HttpServerRequest.ParsedSearchParams)
      : []
    const errors = [...unknown, ...stray]
    return errors.length === 0
      ? yield* answer
      : yield* HttpServerRespondable.toResponse(new ValidationFailed({ errors }))
  })

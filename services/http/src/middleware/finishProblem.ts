import {
  DependencyUnavailable,
  Internal,
  MethodNotAllowed,
  NotFound,
  PayloadTooLarge,
  UnsupportedMediaType,
  ValidationFailed
} from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpServerResponse, ProblemDetails } from "effect/http"

/** What the server answers whoever is not there any more: nobody reads it, and the log says what it was. */
const hungUp = 499

/** How long to wait before trying again when something that the desk needs is away, in seconds. */
const retryAfter = "5"

/** For the answers that no contract made: the router's, the server's, and a defect's. */
const problemOf = (status: number) => {
  switch (status) {
    case 404:
      return new NotFound()
    case 405:
      return new MethodNotAllowed()
    case 413:
      return new PayloadTooLarge()
    case 415:
      return new UnsupportedMediaType()
    case 503:
      return new DependencyUnavailable({ dependency: "desk" })
    default:
      return status < 500 ? new ValidationFailed({ errors: [] }) : new Internal()
  }
}

const JsonObject = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json))
const decodeObject = Schema.decodeUnknownOption(JsonObject)

const bodyOf = (
  response: HttpServerResponse.HttpServerResponse
): { readonly [key: string]: Schema.Json } | undefined => {
  if (response.body._tag !== "Uint8Array" || response.headers["content-type"] !== ProblemDetails.contentType) return
  const decoded = decodeObject(new TextDecoder().decode(response.body.body))
  return decoded._tag === "Some" ? decoded.value : undefined
}

const pathOf = (request: HttpServerRequest.HttpServerRequest): string => {
  const end = request.url.search(/[?#]/)
  return end < 0 ? request.url : request.url.slice(0, end)
}

/** Readiness says which dependency is down in JSON of its own, and GraphQL has a form for errors; nothing else has. */
const isSaidOtherwise = (type = ""): boolean => /^application\/(?:graphql-response\+)?json(?:;|$)/.test(type)

/** Every failure leaves as `application/problem+json`, whoever made it, with where it happened and the request's id. */
export const finishProblem = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  requestId: string
): HttpServerResponse.HttpServerResponse => {
  if (response.status < 400 || response.status === hungUp || isSaidOtherwise(response.headers["content-type"])) {
    return response
  }
  const made = bodyOf(response)
  const problem: { readonly [key: string]: unknown } = made ?? { ...problemOf(response.status) }
  const status = Number(problem.status)
  const { type, title, detail, code, ...more } = problem
  const body = { type, title, status, detail, instance: pathOf(request), code, requestId, ...omit(more) }
  const finished = HttpServerResponse.jsonUnsafe(body, {
    status,
    contentType: ProblemDetails.contentType,
    headers: headersOf(response)
  })
  if (status === 401) {
    // Only whoever came with a token has a wrong one (RFC 6750, section 3.1).
    const refused = /^bearer /i.test(request.headers.authorization ?? "") ? ", error=\"invalid_token\"" : ""
    return HttpServerResponse.setHeader(finished, "www-authenticate", `Bearer realm="opsdesk"${refused}`)
  }
  if (status === 429) return HttpServerResponse.setHeader(finished, "retry-after", String(problem.retryAfter))
  return status === 503 ? HttpServerResponse.setHeader(finished, "retry-after", retryAfter) : finished
}

/** What is left of a problem: the members of its own. */
const omit = ({ instance: _, requestId: __, status: ___, ...own }: { readonly [key: string]: unknown }) => own

/** What the failing answer said beside its body: `Allow`, for one. */
const headersOf = (response: HttpServerResponse.HttpServerResponse): Record<string, string> =>
  Object.fromEntries(
    Object.entries(response.headers).filter(([name]) => name !== "content-type" && name !== "content-length")
  )

import type { HttpServerRequest } from "effect/http"
import { HttpServerResponse } from "effect/http"

const allowHeaders = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "X-Request-Id",
  "traceparent"
]
const exposeHeaders = [
  "ETag",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Request-Id",
  "Idempotency-Replayed"
]

/** For so many seconds a browser need not ask again. */
const maxAge = "600"

/** Whether a browser asks for leave (Fetch, "CORS-preflight request"); any other OPTIONS is a method like others. */
export const isPreflight = ({ headers, method }: HttpServerRequest.HttpServerRequest): boolean =>
  method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined

/** Leave for what an address has; who is given it, `corsHeaders` says. */
export const preflightAnswer = (allow: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    status: 204,
    headers: {
      "access-control-allow-methods": allow,
      "access-control-allow-headers": allowHeaders.join(", "),
      "access-control-max-age": maxAge
    }
  })

/** Never for credentials: a session is a header that a page sends, not a cookie that goes along by itself. */
export const corsHeaders = (
  origins: ReadonlySet<string>,
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): Record<string, string> => {
  const { origin } = request.headers
  const vary = [response.headers.vary, "Origin"].filter((name) => name !== undefined).join(", ")
  return origin === undefined || !origins.has(origin)
    ? { vary }
    : { vary, "access-control-allow-origin": origin, "access-control-expose-headers": exposeHeaders.join(", ") }
}

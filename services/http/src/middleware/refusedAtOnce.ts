import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpServerRespondable, HttpServerResponse } from "effect/http"
import { IncomingMessage } from "node:http"
import { allowedAt, isKnownMethod } from "../addresses.ts"
import { isPreflight, preflightAnswer } from "./cors.ts"

/** Of path and query together, in characters, which are bytes here. */
const longest = 8192

const tooLong = new ValidationFailed({ errors: [], detail: "The address is longer than 8 KiB." })

const hostless = new ValidationFailed({ errors: [], detail: "The request names no host." })

/** RFC 9112, section 3.2. Node would refuse these by itself, without a word. */
const isHostless = ({ source }: HttpServerRequest.HttpServerRequest): boolean =>
  source instanceof IncomingMessage && source.httpVersion === "1.1" && source.headers.host === undefined

const twice = new ValidationFailed({
  errors: [],
  detail: "A request has one `Host`, one `Authorization` and one `Content-Type` at most."
})

const coded = new ValidationFailed({
  errors: [],
  detail: "A body may come in chunks, and in no other transfer coding."
})

const single = ["host", "authorization", "content-type"]

/** Node keeps the first of several; whoever has looked at a request before may have gone by another. */
const saysTwice = ({ source }: HttpServerRequest.HttpServerRequest): boolean => {
  if (!(source instanceof IncomingMessage)) return false
  const names = source.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
  return single.some((name) => names.indexOf(name) !== names.lastIndexOf(name))
}

/** Node undoes chunks only, and takes what is in them for the body (RFC 9112, section 6.1). */
const isCoded = ({ headers }: HttpServerRequest.HttpServerRequest): boolean => {
  const coding = headers["transfer-encoding"]
  return coding !== undefined && coding.trim().toLowerCase() !== "chunked"
}

/** An unreserved character that is percent-encoded (RFC 3986, section 2.3): `-.0-9A-Z_a-z~`. */
const needless = /%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/i

/**
 * Whether an address is spelled as nobody has to: in full, with a `;` or `#` where the router stops to read, or
 * percent-encoded without need. The router would find it; what goes by the beginning of an address would not.
 */
const isSpelledOtherwise = (url: string): boolean => {
  const [path = ""] = url.split("?", 1)
  return !path.startsWith("/") || /[;#]/.test(path) || needless.test(path)
}

/** What no route is asked for: an address beyond measure, a method that nothing here has, a browser's question for leave. */
export const refusedAtOnce = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse> | undefined => {
  if (isHostless(request)) return HttpServerRespondable.toResponse(hostless)
  if (saysTwice(request)) return HttpServerRespondable.toResponse(twice)
  if (isCoded(request)) return HttpServerRespondable.toResponse(coded)
  if (request.url.length > longest) return HttpServerRespondable.toResponse(tooLong)
  if (isSpelledOtherwise(request.url)) return Effect.succeed(HttpServerResponse.empty({ status: 404 }))
  if (!isKnownMethod(request.method)) {
    const allow = allowedAt(request.url)
    return Effect.succeed(
      HttpServerResponse.empty(allow === null ? { status: 404 } : { status: 405, headers: { allow } })
    )
  }
  if (!isPreflight(request)) return undefined
  const allow = allowedAt(request.url)
  return allow === null ? undefined : Effect.succeed(preflightAnswer(allow))
}

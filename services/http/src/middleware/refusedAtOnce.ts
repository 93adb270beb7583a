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

/** What no route is asked for: an address beyond measure, a method that nothing here has, a browser's question for leave. */
export const refusedAtOnce = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse> | undefined => {
  if (isHostless(request)) return HttpServerRespondable.toResponse(hostless)
  if (request.url.length > longest) return HttpServerRespondable.toResponse(tooLong)
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

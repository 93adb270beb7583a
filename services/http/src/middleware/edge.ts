import { Metrics } from "@opsdesk/capabilities/Metrics"
import type { Allowance } from "@opsdesk/capabilities/RateLimits"
import { MetAllowances } from "@opsdesk/capabilities/RateLimits"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Readiness } from "@opsdesk/serving/Readiness"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import { ByteSize, Clock, Context, Effect, Exit, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"
import { HttpEffect, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { corsHeaders } from "./cors.ts"
import { finishProblem } from "./finishProblem.ts"
import { rateLimitHeaders } from "./limits.ts"
import { refusedAtOnce } from "./refusedAtOnce.ts"
import { noFacts, RequestFacts } from "./RequestFacts.ts"
import { isSecure, securityHeaders } from "./securityHeaders.ts"
import { traceContextOf } from "./traceContext.ts"

/** A request id that somebody else chose is kept if nothing about it could hurt: short, and no character of syntax. */
const saneRequestId = /^[A-Za-z0-9._-]{8,128}$/

const maxBody = ByteSize.mebibytes(1)

/** Probes and scrapes come every few seconds; they are measured, but they do not fill the log. */
const isProbe = (route: string) => route.startsWith("/health") || route === "/metrics"

const ticketRoute = "/v1/tickets/:id"

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What stands in an address is anybody's text; only an id goes into the log. */
const uuidOf = (text: string | undefined) => text !== undefined && uuid.test(text) ? text : undefined

/**
 * Everything that is the same for all requests, in one middleware: who and which request it is, how its answer leaves,
 * how it is counted and logged. It wraps routing, so it also covers what no route answers.
 */
export const Edge = HttpRouter.middleware(
  Effect.gen(function*() {
    const metrics = yield* Metrics
    const clock = yield* Clock.Clock
    const random = yield* SecureRandom.SecureRandom
    const readiness = yield* Readiness
    const settings = yield* Settings
    const origins = originsOf(settings)
    const secure = isSecure(settings)
    const hex = (digits: number) => Effect.map(random.randomBytes(digits / 2), Hex.encode)

    return (app) =>
      Effect.gen(function*() {
        const started = clock.monotonicTimeNanosUnsafe()
        const request = yield* HttpServerRequest.HttpServerRequest
        const offered = request.headers["x-request-id"]
        const requestId = offered !== undefined && saneRequestId.test(offered) ? offered : yield* random.uuidV4()
        const entropy = yield* hex(48)
        const trace = traceContextOf(request.headers.traceparent, (digits) =>
          digits === 32 ? entropy.slice(0, 32) : entropy.slice(32))
        const facts = noFacts()

        const met = new Map<string, Allowance>()

        const finish = (response: HttpServerResponse.HttpServerResponse) =>
          Effect.suspend(() => {
            const matched = facts.matched
            const route = matched === undefined || matched.route.path === "/*" ? "unmatched" : matched.route.path
            const told = finishProblem(request, response, requestId)
            const finished = HttpServerResponse.setHeaders(told, {
              "x-request-id": requestId,
              ...securityHeaders(told, request, secure),
              ...corsHeaders(origins, request, told),
              ...rateLimitHeaders(met.values())
            })
            const seconds = Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9
            metrics.httpAnswered({ method: request.method, route, status: finished.status }, seconds)
            const ours = finished.status === 500 && facts.cause !== undefined
              ? Effect.logError("a request failed", facts.cause)
              : Effect.void
            if (isProbe(route)) {
              return Effect.as(ours, finished)
            }
            const ticketId = facts.ticketId ?? (route.startsWith(ticketRoute) ? uuidOf(matched?.params.id) : undefined)
            return Effect.as(
              Effect.andThen(
                ours,
                Effect.logInfo(`${request.method} ${route} ${finished.status}`).pipe(Effect.annotateLogs({
                  method: request.method,
                  route,
                  status: finished.status,
                  duration_ms: Math.round(seconds * 1e6) / 1e3,
                  ...(facts.userId === undefined ? {} : { user_id: facts.userId }),
                  ...(facts.sessionId === undefined ? {} : { session_id: facts.sessionId }),
                  ...(facts.apiTokenId === undefined ? {} : { api_token_id: facts.apiTokenId }),
                  ...(ticketId === undefined ? {} : { ticket_id: ticketId })
                }))
              ),
              finished
            )
          })

        const annotations = { request_id: requestId, trace_id: trace.traceId, span_id: trace.spanId }
        yield* HttpEffect.appendPreResponseHandler((_request, response) =>
          Effect.annotateLogs(finish(response), annotations)
        )
        const admitted = readiness.admits(request.url) ? app : Effect.succeed(HttpServerResponse.empty({ status: 503 }))
        return yield* (refusedAtOnce(request) ?? admitted).pipe(
          // Here the fiber still knows which route it is on.
          Effect.onExit((exit) =>
            Effect.withFiberSucceed((fiber) => {
              facts.matched = Context.getOrUndefined(fiber.context, HttpRouter.RouteContext)
              facts.cause = Exit.isFailure(exit) ? exit.cause : undefined
            })
          ),
          Effect.provideService(RequestFacts, facts),
          Effect.provideService(MetAllowances, met),
          Effect.provideService(RequestContext, {
            requestId,
            traceparent: trace.traceparent,
            ip: Option.getOrNull(request.remoteAddress)
          }),
          Effect.provideService(HttpServerRequest.MaxBodySize, maxBody),
          Effect.annotateLogs(annotations)
        )
      })
  }),
  { global: true }
)

import { Metrics } from "@opsdesk/capabilities/Metrics"
import type { Allowance } from "@opsdesk/capabilities/RateLimits"
import { MetAllowances } from "@opsdesk/capabilities/RateLimits"
import type { RequestContextShape } from "@opsdesk/kernel/RequestContext"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Readiness } from "@opsdesk/serving/Readiness"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import type { Types } from "effect"
import { ByteSize, Clock, Context, Effect, Exit, LogLevel, Option, References } from "effect"
import { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"
import { HttpEffect, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { TicketReads } from "../rest/TicketReads.ts"
import { corsHeaders } from "./cors.ts"
import { finishProblem } from "./finishProblem.ts"
import { rateLimitHeaders } from "./limits.ts"
import { refusedAtOnce } from "./refusedAtOnce.ts"
import type { Facts } from "./RequestFacts.ts"
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

const noteRoute = (facts: Facts, { params, route }: HttpRouter.RouteContext["Service"]): void => {
  if (route.path === "/*") return
  facts.route = route.path
  if (route.path.startsWith(ticketRoute)) facts.ticketId ??= uuidOf(params.id)
}

const away = Effect.succeed(HttpServerResponse.empty({ status: 503 }))

/** Those that have a value. */
const known = (annotations: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== undefined))

interface About {
  readonly facts: Facts
  readonly met: Map<string, Allowance>
  readonly request: RequestContextShape
  readonly annotations: Readonly<Record<string, unknown>>
}

/** What is known all through a request, put into its context at once: one by one, each would be taken out again as well. */
const knowing = <A, E, R>(answer: Effect.Effect<A, E, R>, { annotations, facts, met, request }: About) =>
  Effect.updateContext(answer, (context: Context.Context<R>): Context.Context<R> =>
    context.pipe(
      Context.add(RequestFacts, facts),
      Context.add(MetAllowances, met),
      Context.add(RequestContext, request),
      Context.add(HttpServerRequest.MaxBodySize, maxBody),
      Context.add(References.CurrentLogAnnotations, {
        ...Context.get(context, References.CurrentLogAnnotations),
        ...annotations
      })
    ))

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
    const reads = yield* TicketReads
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
        const annotations = { request_id: requestId, trace_id: trace.traceId, span_id: trace.spanId }
        const facts = noFacts()
        const met = new Map<string, Allowance>()

        const finish = (response: HttpServerResponse.HttpServerResponse) =>
          Effect.suspend(() => {
            const route = facts.route ?? "unmatched"
            const told = finishProblem(request, response, requestId)
            const finished = HttpServerResponse.setHeaders(told, {
              "x-request-id": requestId,
              ...securityHeaders(told, request, secure),
              ...corsHeaders(origins, request, told),
              ...rateLimitHeaders(met.values())
            })
            const seconds = Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9
            metrics.httpAnswered({ method: request.method, route, status: finished.status }, seconds)
            const failed = finished.status === 500 && facts.cause !== undefined
              ? Effect.annotateLogs(Effect.logError("a request failed", facts.cause), annotations)
              : Effect.void
            const line = Effect.suspend(() =>
              Effect.annotateLogs(
                Effect.logInfo(`${request.method} ${route} ${finished.status}`),
                known({
                  ...annotations,
                  method: request.method,
                  route,
                  status: finished.status,
                  duration_ms: Math.round(seconds * 1e6) / 1e3,
                  user_id: facts.userId,
                  session_id: facts.sessionId,
                  api_token_id: facts.apiTokenId,
                  ticket_id: facts.ticketId
                })
              )
            )
            return failed.pipe(
              Effect.andThen(isProbe(route) ? Effect.void : Effect.when(line, LogLevel.isEnabled("Info"))),
              Effect.as(finished)
            )
          })

        yield* HttpEffect.appendPreResponseHandler((_request, response) =>
          finish(response)
        )
        const found: Effect.Effect<
          HttpServerResponse.HttpServerResponse,
          Types.unhandled,
          HttpServerRequest.HttpServerRequest
        > = refusedAtOnce(request) ?? (readiness.admits(request.url) ? reads.answerTo(request) ?? app : away)
        const answer = found.pipe(
          // Here the fiber still knows which route it is on.
          Effect.onExit((exit) =>
            Effect.withFiberSucceed((fiber) => {
              const matched = Context.getOrUndefined(fiber.context, HttpRouter.RouteContext)
              if (matched !== undefined) noteRoute(facts, matched)
              facts.cause = Exit.isFailure(exit) ? exit.cause : undefined
            })
          )
        )
        return yield* knowing(answer, {
          facts,
          met,
          annotations,
          request: { requestId, traceparent: trace.traceparent, ip: Option.getOrNull(request.remoteAddress) }
        })
      })
  }),
  { global: true }
)

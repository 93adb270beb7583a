import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { sourceOf } from "@opsdesk/access/sourceOf"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { TicketId } from "@opsdesk/kernel/Ids"
import { DependencyUnavailable, RateLimited, ValidationFailed } from "@opsdesk/kernel/Problem"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { guestBy } from "@opsdesk/rooms/guestBy"
import { Gatekeeper } from "@opsdesk/serving/Gatekeeper"
import { endOf } from "@opsdesk/serving/handshake"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Settings } from "@opsdesk/stack/Settings"
import { Clock, Context, Effect, Layer, Redacted, Stream } from "effect"
import { HttpBody, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { getOperationAST } from "graphql"
import { RequestFacts } from "../middleware/RequestFacts.ts"
import { answerType, eventStream, graphqlJson, prefersEvents } from "./accept.ts"
import { chargesOf, rootFieldsOf } from "./charges.ts"
import { GraphDocuments } from "./documents.ts"
import type { Prepared } from "./engine.ts"
import { executed, makeStreaming } from "./engine.ts"
import { askedBy, mustBePosted } from "./gate.ts"
import type { GraphDesks, GraphServices } from "./graphContext.ts"
import { graphOf } from "./graphContext.ts"
import { GraphiqlAssets, graphiqlPage } from "./graphiql/graphiqlPage.ts"
import { beyondLimit, longest, tooSlow } from "./operation.ts"
import { isProblem, refusal, Refused } from "./problems.ts"

const idempotencyKey = "idempotency-key"

const bearer = /^bearer +(\S+) *$/i

/** The same actors as in the REST interface, by the same tokens. */
const authenticated = Effect.fnUntraced(function*(desk: AccessDesk["Service"]) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const [, token] = bearer.exec(headers.authorization ?? "") ?? []
  if (token === undefined) return yield* new Unauthenticated()
  const secret = Redacted.make(token)
  const authenticate = desk.authenticate(secret)
  const actor = yield* authenticate
  const facts = yield* RequestFacts
  facts.userId = actor.userId
  facts.sessionId = actor.sessionId ?? undefined
  facts.apiTokenId = actor.apiTokenId ?? undefined
  return { actor, guest: guestBy(authenticate), until: endOf(secret) }
})

const stopping = new DependencyUnavailable({
  dependency: "desk",
  detail: "This program is stopping. Come back shortly."
})

/** A stream of answers that breaks off when the program stops: no word of an end, so its client goes on elsewhere. */
const untilDrained = (response: Response, drained: Effect.Effect<void>) => {
  const told = HttpServerResponse.fromWeb(response)
  const { body } = told
  return body._tag === "Stream"
    ? HttpServerResponse.setBody(told, HttpBody.stream(Stream.interruptWhen(body.stream, drained), body.contentType))
    : told
}

/** What is executed may take only so long, and stops when the client leaves. */
const inTime = <A>(execute: (signal: AbortSignal) => Promise<A>) =>
  Effect.promise(execute).pipe(
    Effect.timeoutOrElse({ duration: longest, orElse: () => Effect.fail(new Refused({ problem: tooSlow })) })
  )

/** A problem that is met before anything is executed is one of the whole request. */
const asRefusal = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (failure) => isProblem(failure) ? new Refused({ problem: failure }) : failure)

/** GraphQL over HTTP at `/graphql`, of the same desks as the REST interface. */
const Route = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const desks = yield* Effect.context<GraphDesks>()
  const access = yield* AccessDesk
  const limits = yield* RateLimits
  const settings = yield* Settings
  const { introspection } = settings
  const readDocument = yield* GraphDocuments
  const { drained, isDraining } = yield* Readiness
  const streaming = makeStreaming()
  const clock = yield* Clock.Clock
  const gatekeeper = new Gatekeeper(settings.limits.on ? settings.limits.figures.sockets : null, "streams")

  /** A place among the streams that are open, until the request is over; or that there is none left. */
  const seated = Effect.fnUntraced(function*({ userId }: Actor) {
    const { ip } = yield* RequestContext
    const seat = gatekeeper.come(sourceOf(ip), clock.currentTimeMillisUnsafe())
    const full = "slug" in seat ? seat : seat.takenBy(userId)
    if (!("slug" in seat)) yield* Effect.addFinalizer(() => Effect.sync(seat.leave))
    if (full !== null) {
      const retryAfter = Number(full.headers?.["retry-after"] ?? 1)
      return yield* new Refused({ problem: new RateLimited({ retryAfter, detail: full.detail }) })
    }
  })
  const asStream = (method: string, signal: AbortSignal) =>
    new streaming.fetchAPI.Request("http://desk/graphql", { method, headers: { accept: eventStream }, signal })

  const answer = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { requestId } = yield* RequestContext
    const facts = yield* RequestFacts
    const { actor, guest, until } = yield* authenticated(access)
    yield* limits.spend("reads", actor.userId)
    const asked = yield* askedBy(request)
    const read = readDocument(asked.query, asked.variables)
    if ("limit" in read) return yield* beyondLimit(read)
    const operation = read.document === undefined ? null : getOperationAST(read.document, asked.operationName)
    if (
      request.method !== "POST" && operation !== null && operation?.operation !== "query" && operation !== undefined
    ) {
      return yield* mustBePosted
    }
    yield* chargesOf(limits, actor.userId, operation ?? undefined, read.document)

    const key = request.headers[idempotencyKey]
    if (
      key !== undefined && operation?.operation === "mutation" && read.document !== undefined &&
      rootFieldsOf(operation.selectionSet, read.document) > 1
    ) {
      return yield* ValidationFailed.parameter(
        idempotencyKey,
        "stands for one mutation; give each its own `idempotencyKey` in its input"
      )
    }
    const services: Context.Context<GraphServices> = Context.add(
      Context.merge(yield* Effect.context<never>(), desks),
      CurrentActor,
      actor
    )
    let replayed = false
    const prepare = (signal: AbortSignal): Prepared => ({
      asked,
      read,
      requestId,
      complain: (cause) => void Effect.runForkWith(services)(Effect.logError("a field failed", cause)),
      graph: graphOf({
        services,
        signal,
        requestId,
        guest,
        until,
        idempotencyKey: key,
        note: {
          ticketId: (id) => void (facts.ticketId = TicketId.make(id)),
          replayed: () => void (replayed = true)
        }
      })
    })

    if (operation?.operation === "subscription" || prefersEvents(request.headers.accept)) {
      if (isDraining()) return yield* new Refused({ problem: stopping })
      yield* seated(actor)
      const response = yield* inTime(async (signal) =>
        streaming.fetch(asStream(request.method, signal), prepare(signal))
      )
      return untilDrained(response, drained)
    }
    const result = yield* inTime((signal) => executed(prepare(signal)))
    const type = answerType(request.headers.accept)
    return HttpServerResponse.text(JSON.stringify(result), {
      // Where nothing was executed plain JSON is 200 and GraphQL's own type is not (GraphQL over HTTP, section 6.4).
      status: "data" in result || !type.startsWith(graphqlJson) ? 200 : 400,
      contentType: type,
      headers: replayed && key !== undefined ? { "idempotency-replayed": "true" } : {}
    })
  }).pipe(asRefusal)

  const route = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { requestId } = yield* RequestContext
    return yield* Effect.catchTag(answer, "Refused", (refused) => Effect.succeed(refusal(refused, request, requestId)))
  })

  yield* router.add("POST", "/graphql", route)
  const isForPeople = ({ headers }: HttpServerRequest.HttpServerRequest) =>
    headers.accept?.includes("text/html") === true
  yield* router.add(
    "GET",
    "/graphql",
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      (request) => introspection && isForPeople(request) ? Effect.succeed(graphiqlPage) : route
    )
  )
}))

const Assets = Layer.unwrap(Effect.map(Settings, ({ introspection }) => GraphiqlAssets({ shown: introspection })))

export const GraphqlRoute = Layer.mergeAll(Route, Assets)

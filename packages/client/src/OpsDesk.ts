import { Api } from "@opsdesk/api/Api"
import { Authentication } from "@opsdesk/api/contracts"
import { Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { FetchHttpClient, HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { Desk } from "./Desk.ts"
import { repeating } from "./repeating.ts"
import { Session } from "./Session.ts"

/** The token to ask with, or none: then the desk says that somebody must sign in, as it would to anybody. */
const tokenOf = (session: Session["Service"], spent?: string) =>
  session.open(spent).pipe(
    Effect.map(({ accessToken }) => Redacted.value(accessToken)),
    // What keeps a session from being renewed for now is answered to the request itself: 401, 429, 503.
    Effect.catch((error) => HttpClientError.isHttpClientError(error) ? Effect.fail(error) : Effect.succeed(null))
  )

/** Every request carries the session's token; one that the desk refuses is replaced, once. */
const Signed = HttpApiMiddleware.layerClient(
  Authentication,
  Effect.map(Session, (session) => ({ next, request }) =>
    Effect.gen(function*() {
      const token = yield* tokenOf(session)
      if (token === null) return yield* next(request)
      const answer = yield* next(HttpClientRequest.bearerToken(request, token))
      if (answer.status !== 401) return answer
      const another = yield* tokenOf(session, token)
      return another === null ? answer : yield* next(HttpClientRequest.bearerToken(request, another))
    }))
)

/**
 * The desk's REST interface with its types: `rest.tickets.getTicket(…)` gives what the contract says and fails with the
 * contract's problems. Every `POST` carries an `Idempotency-Key`, so that sending it again makes nothing twice.
 */
export class OpsDesk extends Context.Service<OpsDesk>()("@opsdesk/client/OpsDesk", {
  make: Effect.gen(function*() {
    const { baseUrl } = yield* Desk
    const session = yield* Session
    const random = yield* SecureRandom.SecureRandom

    const onlyOnce = Effect.fnUntraced(function*(request: HttpClientRequest.HttpClientRequest) {
      if (request.method !== "POST" || request.headers["idempotency-key"] !== undefined) return request
      if (request.url.includes("/v1/auth/")) return request
      return HttpClientRequest.setHeader(request, "idempotency-key", yield* random.uuidV4())
    })

    const rest = yield* HttpApiClient.make(Api, {
      baseUrl,
      transformClient: (client) => repeating(client).pipe(HttpClient.mapRequestEffect(onlyOnce))
    })

    /** Ends the session at the desk and here. Here it ends whatever the desk says; there also if the page goes away now. */
    const signOut = rest.session.logout().pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { keepalive: true }),
      Effect.ensuring(session.forget)
    )

    /**
     * Has the desk make its answers to an effect's requests anew: what is kept for everybody may for a moment still be of
     * before an event that somebody has heard of by now, and nobody would tell them again.
     */
    const afresh = Effect.provideService(FetchHttpClient.RequestInit, { cache: "no-store" })

    return { rest, signOut, afresh }
  })
}) {
  static readonly layerNoSession = Layer.effect(OpsDesk, OpsDesk.make).pipe(
    Layer.provide([Signed, SecureRandom.layerWebCrypto])
  )

  /** With a session of its own, by `fetch`. */
  static readonly layer = OpsDesk.layerNoSession.pipe(
    Layer.provideMerge(Session.layer),
    Layer.provide(FetchHttpClient.layer)
  )
}

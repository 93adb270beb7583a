import type { Actor } from "@opsdesk/access/Actor"
import { scopesOf } from "@opsdesk/access/Actor"
import { EndpointAccess } from "@opsdesk/access/Authentication"
import { takesIdempotencyKey } from "@opsdesk/api/headers"
import type { KeptAnswer } from "@opsdesk/capabilities/KeptAnswers"
import {
  DependencyUnavailable,
  IdempotencyKeyReused,
  RequestInProgress,
  ValidationFailed
} from "@opsdesk/kernel/Problem"
import { Context, Effect } from "effect"
import { HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { insaneKey, isSaneKey, Once } from "./Once.ts"

const header = "idempotency-key"

/** Seconds until it is worth asking again: requests are answered in far less. */
const comeBack = "1"

const kept = (response: HttpServerResponse.HttpServerResponse): KeptAnswer | undefined => {
  const { body, headers, status } = response
  switch (body._tag) {
    case "Uint8Array":
      return { status, headers, body: body.body }
    case "Empty":
      return { status, headers, body: new Uint8Array() }
    default:
      return undefined
  }
}

const again = ({ body, headers, status }: KeptAnswer) =>
  HttpServerResponse.uint8Array(body, {
    status,
    headers: { ...headers, "idempotency-replayed": "true" },
    ...(headers["content-type"] === undefined ? {} : { contentType: headers["content-type"] })
  })

const succeeded = ({ status }: HttpServerResponse.HttpServerResponse) => status >= 200 && status < 300

/** Whether the actor holds anything of what an endpoint asks for; in which scope it must be, its desk knows. */
const mayStill = (actor: Actor, endpoint: HttpApiEndpoint.Top): boolean => {
  const access = Context.getOrUndefined(endpoint.annotations, EndpointAccess)
  return access?.who !== "permitted" || access.permissions.some((permission) => scopesOf(actor, permission).size > 0)
}

/**
 * Lets a request that carries an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) take effect once: whoever
 * sends it again gets the first answer, see `Once`.
 */
export const makeOnlyOnce = Effect.gen(function*() {
  const once = yield* Once

  return <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
    endpoint: HttpApiEndpoint.Top,
    actor: Actor
  ) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const key = request.headers[header]
      if (key === undefined || !takesIdempotencyKey(endpoint)) return yield* answer
      if (!isSaneKey(key)) {
        return yield* HttpServerRespondable.toResponse(ValidationFailed.parameter(header, insaneKey))
      }
      // Read before the transaction: it must not wait for a slow client.
      const body = yield* Effect.orDie(request.text)
      const keyed = { actor, key, request: `${request.method} ${request.url}\n${body}` }
      return yield* once.answered(
        keyed,
        Effect.fnUntraced(function*(standing) {
          switch (standing._tag) {
            case "Answered": {
              if (mayStill(actor, endpoint)) return again(standing.answer)
              const refusal = yield* answer
              return succeeded(refusal)
                ? yield* Effect.die(new Error(`${endpoint.identifier} does not ask for what it declares`))
                : refusal
            }
            case "OfAnother":
              return yield* HttpServerRespondable.toResponse(new IdempotencyKeyReused())
            case "InProgress":
              return HttpServerResponse.setHeader(
                yield* HttpServerRespondable.toResponse(new RequestInProgress()),
                "retry-after",
                comeBack
              )
            case "First": {
              const response = yield* answer
              if (!succeeded(response)) return response
              const first = kept(response)
              if (first === undefined) return yield* Effect.die(new Error("an answer that cannot be kept"))
              yield* standing.keep(first)
              return response
            }
          }
        })
      ).pipe(
        // What the handler fails with is on its way to its own encoder; this is what keeping the answer fails with.
        Effect.catchIf(
          (error) => error instanceof DependencyUnavailable,
          () => HttpServerRespondable.toResponse(new DependencyUnavailable({ dependency: "postgres" }))
        )
      )
    })
})

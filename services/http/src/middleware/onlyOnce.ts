import type { Actor } from "@opsdesk/access/Actor"
import { scopesOf } from "@opsdesk/access/Actor"
import { EndpointAccess } from "@opsdesk/access/Authentication"
import { takesIdempotencyKey } from "@opsdesk/api/headers"
import type { KeptAnswer } from "@opsdesk/capabilities/KeptAnswers"
import { KeptAnswers } from "@opsdesk/capabilities/KeptAnswers"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import {
  DependencyUnavailable,
  IdempotencyKeyReused,
  RequestInProgress,
  ValidationFailed
} from "@opsdesk/kernel/Problem"
import { Settings } from "@opsdesk/stack/Settings"
import { Context, Effect, Redacted, Semaphore } from "effect"
import { HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"

const header = "idempotency-key"

/** 1 to 255 visible characters of ASCII. */
const sane = /^[!-~]{1,255}$/

const utf8 = (text: string) => new TextEncoder().encode(text)

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

/** As long as a transaction waits for a connection. */
const longestWait = "6 seconds"

/** Holds work back until there is room, so that whoever waits holds no connection; fails for whoever waits in vain. */
const inRoom = (room: Semaphore.Semaphore) => <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let hasBegun = false
    const begun = Effect.suspend(() => {
      hasBegun = true
      return work
    })
    const inVain = Effect.suspend(() =>
      hasBegun ? Effect.never : Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))
    )
    return Effect.raceFirst(room.withPermits(1)(begun), Effect.andThen(Effect.sleep(longestWait), inVain))
  })

/**
 * Lets a request that carries an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) take effect once: whoever
 * sends it again gets the first answer. The request is answered inside one transaction with the row that keeps its
 * answer, so that a refusal, a crash or a lost connection frees the key, and a lost reply does not.
 */
export const makeOnlyOnce = Effect.gen(function*() {
  const { atomic } = yield* Transaction
  const answers = yield* KeptAnswers
  const { pool } = yield* Settings
  // What is answered under a key holds a connection all the while; the other half of them is everybody else's.
  const room = yield* Semaphore.make(Math.max(1, Math.floor(pool / 2)))

  return <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
    endpoint: HttpApiEndpoint.Top,
    actor: Actor
  ) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const key = request.headers[header]
      if (key === undefined || !takesIdempotencyKey(endpoint)) return yield* answer
      if (!sane.test(key)) {
        return yield* HttpServerRespondable.toResponse(
          ValidationFailed.parameter(header, "must be 1 to 255 visible characters of ASCII")
        )
      }
      // Read before the transaction: it must not wait for a slow client.
      const body = yield* Effect.orDie(request.text)
      const attempt = {
        userId: actor.userId,
        // An answer may hold a secret: a key is that of all one's sessions, or of one API token.
        key: Redacted.make(`${actor.apiTokenId ?? "session"} ${key}`),
        request: utf8(`${request.method} ${request.url}\n${body}`)
      }
      return yield* Effect.gen(function*() {
        const standing = yield* answers.begin(attempt)
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
      }).pipe(
        atomic,
        inRoom(room),
        // What the handler fails with is on its way to its own encoder; this is what keeping the answer fails with.
        Effect.catchIf(
          (error) => error instanceof DependencyUnavailable,
          () => HttpServerRespondable.toResponse(new DependencyUnavailable({ dependency: "postgres" }))
        )
      )
    })
})

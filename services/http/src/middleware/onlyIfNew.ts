import { answersOnlyIfNew } from "@opsdesk/api/headers"
import { entityTagsIn, hasAlready } from "@opsdesk/kernel/EntityTag"
import { Effect, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { hash } from "node:crypto"

/** The tag of an answer that has no version to be told by: of its very bytes, so it is strong and fits one reader only. */
export const tagOf = (bytes: Uint8Array) => `"${hash("sha256", bytes, "base64url")}"`

/**
 * Gives every answer of a `GET` an `ETag`, and spares the answer whoever has it already (RFC 9110, section 13.1.2). An
 * `If-None-Match` that cannot be read is passed over: the whole answer is never wrong.
 */
export const onlyIfNew = <E, R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  endpoint: HttpApiEndpoint.Top
) =>
  Effect.gen(function*() {
    const response = yield* answer
    if (!answersOnlyIfNew(endpoint) || response.status !== 200 || response.body._tag !== "Uint8Array") return response
    const etag = response.headers.etag ?? tagOf(response.body.body)
    const known = (yield* HttpServerRequest.HttpServerRequest).headers["if-none-match"]
    return known !== undefined && Option.exists(entityTagsIn(known), (tags) => hasAlready(tags, etag))
      ? HttpServerResponse.empty({ status: 304, headers: { etag } })
      : HttpServerResponse.setHeader(response, "etag", etag)
  })

import { answersOnlyIfNew } from "@opsdesk/api/headers"
import { entityTagsIn, hasAlready } from "@opsdesk/kernel/EntityTag"
import { Effect, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { HttpApiEndpoint } from "effect/http-api"
import { hash } from "node:crypto"

/** The tag of an answer that has no version to be told by: of its very bytes, so it is strong and fits one reader only. */
export const tagOf = (bytes: Uint8Array) => `"${hash("sha256", bytes, "base64url")}"`

/** The answer with its tag, or a `304` without body for whoever has it already (RFC 9110, section 13.1.2). */
export const ifNew = (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse
): HttpServerResponse.HttpServerResponse => {
  if (response.status !== 200 || response.body._tag !== "Uint8Array") return response
  const own = response.headers.etag
  const etag = own ?? tagOf(response.body.body)
  const known = request.headers["if-none-match"]
  if (known !== undefined && Option.exists(entityTagsIn(known), (tags) => hasAlready(tags, etag))) {
    return HttpServerResponse.empty({ status: 304, headers: { etag } })
  }
  return own === undefined ? HttpServerResponse.setHeader(response, "etag", etag) : response
}

/**
 * Gives every answer of a `GET` an `ETag`, and spares the answer whoever has it already. An `If-None-Match` that cannot be
 * read is passed over: the whole answer is never wrong.
 */
export const onlyIfNew = <E, R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  endpoint: HttpApiEndpoint.Top
) =>
  answersOnlyIfNew(endpoint)
    ? Effect.flatMap(
      answer,
      (response) => Effect.map(HttpServerRequest.HttpServerRequest, (request) => ifNew(request, response))
    )
    : answer

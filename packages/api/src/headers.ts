import { EndpointAccess } from "@opsdesk/access/AuthApi"
import { Context } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"

const forSomebody = (endpoint: HttpApiEndpoint.Top): boolean => {
  const access = Context.getOrUndefined(endpoint.annotations, EndpointAccess)
  return access !== undefined && access.who !== "anyone"
}

/**
 * Whether a request may carry an `Idempotency-Key`: every `POST` of somebody who is signed in. Sessions have rules of
 * their own, as a token that is given twice is a token too many.
 */
export const takesIdempotencyKey = (endpoint: HttpApiEndpoint.Top): boolean =>
  endpoint.method === "POST" && forSomebody(endpoint) && !endpoint.path.startsWith("/v1/auth/")

/** Whether an answer carries an `ETag` and is spared whoever has it: every `GET` of somebody who is signed in. */
export const answersOnlyIfNew = (endpoint: HttpApiEndpoint.Top): boolean =>
  endpoint.method === "GET" && forSomebody(endpoint) && !endpoint.path.startsWith("/v1/auth/")

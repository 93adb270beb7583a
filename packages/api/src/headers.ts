import { EndpointAccess } from "@opsdesk/access/AuthApi"
import { Context } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"
import type { Node } from "./json.ts"
import { nodeOf } from "./json.ts"

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

const tag = { type: "string", examples: ["\"v1\""] }

/** The headers that a request may carry by a rule that holds for many operations, as parameters. */
export const sharedParameters: Node = {
  "Idempotency-Key": {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "A name of your own for this request, such as a random UUID. Sent again with the same key within 24 hours it takes effect no second time and gets the first answer, with `Idempotency-Replayed: true`. Errors are not kept: after one the same key tries anew.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" }
  },
  "If-None-Match": {
    name: "If-None-Match",
    in: "header",
    required: false,
    description:
      "Tags of what you have already, from `ETag`: if it is still that, the answer is 304 without it (RFC 9110, 13.1.2)",
    schema: tag
  }
}

export const parametersFor = (endpoint: HttpApiEndpoint.Top): ReadonlyArray<Node> => [
  ...(takesIdempotencyKey(endpoint) ? [{ $ref: "#/components/parameters/Idempotency-Key" }] : []),
  ...(answersOnlyIfNew(endpoint) ? [{ $ref: "#/components/parameters/If-None-Match" }] : [])
]

/** The headers that answers share. */
export const sharedHeaders: Node = {
  "X-Request-Id": {
    description: "The request's id: the one that came with the request if it was sane, else a new one",
    required: true,
    schema: { type: "string", examples: ["5f2c9c9e-5a0b-4c7e-9a50-0f2b0c5c7e11"] }
  },
  "WWW-Authenticate": {
    description: "How to sign in (RFC 6750)",
    required: true,
    schema: { type: "string", examples: ["Bearer realm=\"opsdesk\""] }
  },
  "Retry-After": {
    description: "Seconds to wait before trying again",
    required: true,
    schema: { type: "integer", minimum: 0, examples: [5] }
  },
  "Retry-After-If-In-Progress": {
    description: "Seconds to wait before trying again, where the same request is still being answered",
    required: false,
    schema: { type: "integer", minimum: 0, examples: [1] }
  },
  "RateLimit-Policy": {
    description:
      "What is limited: quota `q` in windows of `w` seconds, per policy (draft-ietf-httpapi-ratelimit-headers). Absent where the operator has switched limits off, and where a request was refused before any was met",
    required: false,
    schema: { type: "string", examples: ["\"reads\";q=800;w=4"] }
  },
  RateLimit: {
    description: "What is left: `r` now, and the `t` seconds until all, or after a refusal something, is back",
    required: false,
    schema: { type: "string", examples: ["\"reads\";r=799;t=1"] }
  },
  ETag: {
    description:
      "Differs for each state of what was asked for; for `If-None-Match` and, where a change takes it, `If-Match`",
    required: true,
    schema: tag
  },
  "Idempotency-Replayed": {
    description: "There, and `true`, on an answer that was given before to the same `Idempotency-Key`",
    required: false,
    schema: { type: "string", enum: ["true"] }
  }
}

const header = (name: string, of: string = name): Node => ({ [name]: { $ref: `#/components/headers/${of}` } })

/** An operation that can be refused for being asked too often says with each answer what is left, once it has looked. */
const isLimited = (operation: Node): boolean => "429" in nodeOf(operation.responses)

interface Answering {
  readonly endpoint: HttpApiEndpoint.Top
  readonly operation: Node
}

/** The headers of an answer that are there by a rule; `declared` are those of its contract. */
export const headersFor = ({ endpoint, operation }: Answering, status: string, declared: Node): Node => {
  const tagged = "etag" in declared || status === "304" || (answersOnlyIfNew(endpoint) && status === "200")
  return {
    ...header("X-Request-Id"),
    ...(tagged ? header("ETag") : {}),
    ...(takesIdempotencyKey(endpoint) && status < "300" ? header("Idempotency-Replayed") : {}),
    ...(takesIdempotencyKey(endpoint) && status === "409" ? header("Retry-After", "Retry-After-If-In-Progress") : {}),
    ...(status === "401" ? header("WWW-Authenticate") : {}),
    ...(status === "429" || status === "503" ? header("Retry-After") : {}),
    ...(isLimited(operation)
      ? { ...header("RateLimit-Policy"), ...header("RateLimit") }
      : {})
  }
}

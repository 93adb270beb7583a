/** A kind of problem as a client meets it (RFC 9457): `type` is `/problems/<slug>`, `title` never varies. */
export interface ProblemType {
  readonly status: number
  readonly title: string
  /** For the page at `/problems/<slug>`: what happened, and what the reader can do. */
  readonly explanation: string
}

export const problemTypes = {
  "validation-failed": {
    status: 400,
    title: "The request is not valid",
    explanation:
      "Something in the body or the query is not as this API expects it. `errors` has one entry for each: `pointer` is a JSON Pointer (RFC 6901) into the body, `parameter` the name of a query parameter. Correct those and send the request again."
  },
  "malformed-json": {
    status: 400,
    title: "The body is not JSON",
    explanation:
      "The body could not be read as JSON (RFC 8259), so nothing of it was looked at. Check quoting and commas."
  },
  "unauthenticated": {
    status: 401,
    title: "Sign in first",
    explanation:
      "The request carries no valid access token. Access tokens last 15 minutes: get one from POST /v1/auth/login and send it as `Authorization: Bearer …`. A machine sends an API token in the same way, until it expires or is revoked."
  },
  "forbidden": {
    status: 403,
    title: "You may not do that",
    explanation:
      "You are signed in and may know of this thing, but none of your roles grants what you asked for. GET /v1/me lists what your roles grant; an admin can change that."
  },
  "not-found": {
    status: 404,
    title: "There is no such thing",
    explanation:
      "Nothing is known under this address, or you may not know of it: both look the same on purpose, so that nobody can probe for what is hidden from them."
  },
  "method-not-allowed": {
    status: 405,
    title: "That method is not for this address",
    explanation: "The address exists, but not for this method. `Allow` lists the methods that it has."
  },
  "illegal-status-transition": {
    status: 409,
    title: "The ticket cannot move to that status",
    explanation:
      "From where the ticket stands now, it cannot move to the status asked for. `from` and `to` say which; read the ticket anew, as somebody may have moved it meanwhile."
  },
  "ticket-already-claimed": {
    status: 409,
    title: "Somebody has claimed this ticket",
    explanation: "Of several people who claimed the ticket one was first. `assigneeId` says who."
  },
  "email-taken": {
    status: 409,
    title: "That e-mail address has an account",
    explanation: "Each account has an e-mail address of its own, compared without regard to case."
  },
  "request-in-progress": {
    status: 409,
    title: "The same request is being answered",
    explanation:
      "A request with this `Idempotency-Key` has come in before and is not answered yet. Wait as long as `Retry-After` says and send it again: then its answer is there, or it has failed and is tried anew."
  },
  "precondition-failed": {
    status: 412,
    title: "It has changed since you read it",
    explanation:
      "`If-Match` names a version that is not the current one: somebody has changed the thing meanwhile, and nothing of your request was done. Read it again, look whether your change is still right, and send it with the new `ETag`."
  },
  "payload-too-large": {
    status: 413,
    title: "The body is too large",
    explanation: "A body may hold at most 1 MiB."
  },
  "unsupported-media-type": {
    status: 415,
    title: "That kind of body is not read here",
    explanation: "Bodies are read as `application/json` only."
  },
  "idempotency-key-reused": {
    status: 422,
    title: "That key belongs to another request",
    explanation:
      "An `Idempotency-Key` stands for one request: the same method, address and body. You have sent another one under it in the last 24 hours. Take a new key for each request, and the same key only to send that request again."
  },
  "rate-limited": {
    status: 429,
    title: "Too much at once",
    explanation:
      "This was asked more often than one user, address or account may. Wait as many seconds as `Retry-After` says and try again; `RateLimit-Policy` says what is allowed, `RateLimit` what is left of it."
  },
  "internal": {
    status: 500,
    title: "Something went wrong here",
    explanation:
      "The fault is ours, and nothing of your request was kept. It is logged under `requestId`; tell your operator that id."
  },
  "dependency-unavailable": {
    status: 503,
    title: "Something this desk needs is away",
    explanation:
      "The database or another service that this request needs does not answer. Wait as long as `Retry-After` says and try again; a write that was cut off may or may not have taken effect."
  }
} as const satisfies Record<string, ProblemType>

export type ProblemSlug = keyof typeof problemTypes

import { HttpApiMiddleware } from "effect/http-api"
import {
  DependencyUnavailable,
  IdempotencyKeyReused,
  Internal,
  MalformedJson,
  NotFound,
  PayloadTooLarge,
  RequestInProgress,
  UnsupportedMediaType,
  ValidationFailed
} from "./Problem.ts"

/** What any request may meet, whatever it is for: it cannot be read, or what it needs is away. */
export class RequestProblems extends HttpApiMiddleware.Service<RequestProblems>()("@opsdesk/kernel/RequestProblems", {
  error: [
    ValidationFailed,
    MalformedJson,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
    IdempotencyKeyReused,
    RequestInProgress,
    DependencyUnavailable,
    Internal
  ]
}) {}

import { Effect, Schema } from "effect"
import { HttpApiError } from "effect/http-api"
import type { ProblemSlug } from "./ProblemType.ts"
import { problemTypes } from "./ProblemType.ts"

type Types = typeof problemTypes

/** The address of a problem's page, which is also its `type`. */
export const problemPath = <const Slug extends ProblemSlug>(slug: Slug): `/problems/${Slug}` => `/problems/${slug}`

/**
 * Declares an expected failure once, for every face: a typed error, its JSON (RFC 9457, `application/problem+json`) and
 * its entry in OpenAPI. Status and title belong to the slug, the detail to the class. `instance` and `requestId` are
 * filled in where the answer leaves the program.
 */
export const Problem = <Self>() =>
<
  const Tag extends string,
  const Slug extends ProblemSlug,
  const Fields extends Omit<HttpApiError.ProblemExtensionFields, "code" | "requestId" | "detail"> = {}
>(
  tag: Tag,
  slug: Slug,
  detail: string,
  fields?: Fields
) =>
  HttpApiError.Problem<Self>()(
    tag,
    { type: problemPath(slug), status: statusOf(slug), title: problemTypes[slug].title },
    {
      ...(fields ?? ({} as Fields)),
      detail: Schema.String.annotate({ examples: [detail] }).pipe(
        Schema.withConstructorDefault(Effect.succeed(detail))
      ),
      code: Schema.tag(slug),
      requestId: Schema.optionalKey(Schema.String.annotate({ examples: ["5f2c9c9e-5a0b-4c7e-9a50-0f2b0c5c7e11"] }))
    }
  )

const statusOf = <const Slug extends ProblemSlug>(slug: Slug): Types[Slug]["status"] => problemTypes[slug].status

/** What is wrong, and where: in the body (JSON Pointer, RFC 6901) or in a parameter of path or query. */
export const Fault = Schema.Union([
  Schema.Struct({ pointer: Schema.String, detail: Schema.String }),
  Schema.Struct({ parameter: Schema.String, detail: Schema.String })
]).annotate({ identifier: "Fault", examples: [{ pointer: "/title", detail: "must be 1 to 200 characters long" }] })
export type Fault = typeof Fault.Type

export class ValidationFailed extends Problem<ValidationFailed>()(
  "ValidationFailed",
  "validation-failed",
  "See `errors` for each thing that is wrong.",
  { errors: Schema.Array(Fault) }
) {
  static at(pointer: string, detail: string): ValidationFailed {
    return new ValidationFailed({ errors: [{ pointer, detail }] })
  }
  static parameter(parameter: string, detail: string): ValidationFailed {
    return new ValidationFailed({ errors: [{ parameter, detail }] })
  }
}

export class MalformedJson extends Problem<MalformedJson>()(
  "MalformedJson",
  "malformed-json",
  "The body could not be read as JSON."
) {}

export class PayloadTooLarge extends Problem<PayloadTooLarge>()(
  "PayloadTooLarge",
  "payload-too-large",
  "A body may hold at most 1 MiB."
) {}

export class UnsupportedMediaType extends Problem<UnsupportedMediaType>()(
  "UnsupportedMediaType",
  "unsupported-media-type",
  "Send `application/json`."
) {}

export class MethodNotAllowed extends Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  "method-not-allowed",
  "`Allow` lists the methods of this address."
) {}

export class NotFound extends Problem<NotFound>()(
  "NotFound",
  "not-found",
  "There is nothing here that you may see."
) {}

export class Forbidden extends Problem<Forbidden>()(
  "Forbidden",
  "forbidden",
  "None of your roles grants this.",
  { permission: Schema.String.annotate({ examples: ["ticket:update"] }) }
) {}

export class PreconditionFailed extends Problem<PreconditionFailed>()(
  "PreconditionFailed",
  "precondition-failed",
  "It has changed since you read it. Read it again and decide anew."
) {}

export class IdempotencyKeyReused extends Problem<IdempotencyKeyReused>()(
  "IdempotencyKeyReused",
  "idempotency-key-reused",
  "You have used this `Idempotency-Key` for another request. Take a new key for each."
) {}

export class RequestInProgress extends Problem<RequestInProgress>()(
  "RequestInProgress",
  "request-in-progress",
  "A request of yours with this `Idempotency-Key` is being answered. Ask again shortly."
) {}

export class RateLimited extends Problem<RateLimited>()(
  "RateLimited",
  "rate-limited",
  "Wait as many seconds as `Retry-After` says, then try again.",
  { retryAfter: Schema.Int.annotate({ description: "Seconds to wait, as in `Retry-After`", examples: [30] }) }
) {}

export class DependencyUnavailable extends Problem<DependencyUnavailable>()(
  "DependencyUnavailable",
  "dependency-unavailable",
  "The desk cannot reach something that it needs. Try again shortly.",
  { dependency: Schema.String.annotate({ examples: ["postgres"] }) }
) {}

export class Internal extends Problem<Internal>()(
  "Internal",
  "internal",
  "Nothing of your request was kept. The request id leads the operator to the cause."
) {}

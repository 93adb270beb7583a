import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { HttpServerRespondable, HttpServerResponse } from "effect/http"
import * as problems from "../src/Problem.ts"
import type { ProblemSlug } from "../src/ProblemType.ts"
import { problemTypes } from "../src/ProblemType.ts"

/** What clients are promised: each slug and its status. */
const promised: Record<string, number> = {
  "validation-failed": 400,
  "malformed-json": 400,
  "unauthenticated": 401,
  "forbidden": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "illegal-status-transition": 409,
  "ticket-already-claimed": 409,
  "email-taken": 409,
  "request-in-progress": 409,
  "precondition-failed": 412,
  "payload-too-large": 413,
  "unsupported-media-type": 415,
  "idempotency-key-reused": 422,
  "rate-limited": 429,
  "internal": 500,
  "dependency-unavailable": 503
}

const known = Object.entries(problemTypes)

/** A problem as a client gets it. */
const onTheWire = Effect.fnUntraced(function*(problem: HttpServerRespondable.Respondable) {
  const web = HttpServerResponse.toWeb(yield* HttpServerRespondable.toResponse(problem))
  const body: unknown = yield* Effect.promise(() => web.json())
  return { status: web.status, contentType: web.headers.get("content-type"), body }
})

const members = {
  ValidationFailed: {
    make: () => problems.ValidationFailed.at("/title", "must not be blank"),
    slug: "validation-failed"
  },
  MalformedJson: { make: () => new problems.MalformedJson(), slug: "malformed-json" },
  PayloadTooLarge: { make: () => new problems.PayloadTooLarge(), slug: "payload-too-large" },
  UnsupportedMediaType: { make: () => new problems.UnsupportedMediaType(), slug: "unsupported-media-type" },
  MethodNotAllowed: { make: () => new problems.MethodNotAllowed(), slug: "method-not-allowed" },
  NotFound: { make: () => new problems.NotFound(), slug: "not-found" },
  Forbidden: { make: () => new problems.Forbidden({ permission: "ticket:assign" }), slug: "forbidden" },
  DependencyUnavailable: {
    make: () => new problems.DependencyUnavailable({ dependency: "postgres" }),
    slug: "dependency-unavailable"
  },
  Internal: { make: () => new problems.Internal(), slug: "internal" }
} as const satisfies Record<string, { make: () => HttpServerRespondable.Respondable; slug: ProblemSlug }>

describe("the kinds of problems", () => {
  it.each(known)(
    "%s has the status that clients are promised",
    (slug, { status }) => assert.strictEqual(status, promised[slug])
  )

  it.each(known)("%s is explained to whoever meets it", (_, { explanation, title }) => {
    assert.isAbove(explanation.length, title.length)
    assert.notMatch(title, /\.$/)
  })
})

describe("a problem on the wire", () => {
  for (const [name, { make, slug }] of Object.entries(members)) {
    it.effect(`${name} says what it is and nothing of how it is made here`, () =>
      Effect.gen(function*() {
        const { body, contentType, status } = yield* onTheWire(make())
        assert.strictEqual(contentType, "application/problem+json")
        assert.strictEqual(status, problemTypes[slug].status)
        const own = { ValidationFailed: ["errors"], Forbidden: ["permission"], DependencyUnavailable: ["dependency"] }
        assert.sameMembers(
          Object.keys(Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Unknown))(body)),
          [
            "type",
            "title",
            "status",
            "detail",
            "code",
            ...(Object.entries(own).find(([known]) => known === name)?.[1] ?? [])
          ]
        )
        assert.deepInclude(body, {
          type: `/problems/${slug}`,
          title: problemTypes[slug].title,
          status: problemTypes[slug].status,
          code: slug
        })
      }))
  }

  it.effect("a fault names its place: a pointer in the body, or a parameter", () =>
    Effect.gen(function*() {
      const inBody = yield* onTheWire(problems.ValidationFailed.at("/title", "must not be blank"))
      assert.deepInclude(inBody.body, { errors: [{ pointer: "/title", detail: "must not be blank" }] })
      const inQuery = yield* onTheWire(problems.ValidationFailed.parameter("limit", "must be a whole number"))
      assert.deepInclude(inQuery.body, { errors: [{ parameter: "limit", detail: "must be a whole number" }] })
    }))

  it("inside the desk it is an error that can be told from the others", () => {
    const problem = new problems.Forbidden({ permission: "ticket:assign" })
    assert.instanceOf(problem, Error)
    assert.strictEqual(problem._tag, "Forbidden")
    assert.strictEqual(problem.message, "None of your roles grants this.")
  })
})

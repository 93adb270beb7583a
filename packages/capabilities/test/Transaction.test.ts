import { assert, describe, it } from "@effect/vitest"
import { NotFound } from "@opsdesk/kernel/Problem"
import { Cause, Effect, Exit, Option, Schema } from "effect"
import { SqlError } from "effect/sql"
import { onConstraint } from "../src/onConstraint.ts"
import { isAway, sqlIsADefect } from "../src/Transaction.ts"

const sqlError = (reason: SqlError.SqlError["reason"]) => new SqlError.SqlError({ reason })

/** As the driver says it: the server's own error is the cause, sometimes within another. */
const unknown = (code: string) => sqlError(new SqlError.UnknownError({ cause: { cause: { code } } }))
const unique = (constraint: string) => sqlError(new SqlError.UniqueViolation({ cause: {}, constraint }))

const cases: ReadonlyArray<[string, SqlError.SqlError, boolean]> = [
  ["a lost connection", sqlError(new SqlError.ConnectionError({ cause: {} })), true],
  ["a refused password", sqlError(new SqlError.AuthenticationError({ cause: {} })), true],
  ["a statement that took too long", sqlError(new SqlError.StatementTimeoutError({ cause: {} })), true],
  ["a lock that was not let go", sqlError(new SqlError.LockTimeoutError({ cause: {} })), true],
  ["a server with too many clients", unknown("53300"), true],
  ["a full disk", unknown("53100"), true],
  ["a server that shuts down", unknown("57P01"), true],
  ["a connection that failed", unknown("08006"), true],
  [
    "no connection, for whatever reason",
    sqlError(new SqlError.UnknownError({ cause: {}, operation: "connect" })),
    true
  ],
  ["an exception of a trigger", unknown("P0001"), false],
  ["an error without a code", sqlError(new SqlError.UnknownError({ cause: new Error("?") })), false],
  ["broken SQL", sqlError(new SqlError.SqlSyntaxError({ cause: {} })), false],
  ["what the database user may not do", sqlError(new SqlError.AuthorizationError({ cause: {} })), false],
  ["a rule of the schema", sqlError(new SqlError.ConstraintError({ cause: {} })), false],
  ["a unique value that is taken", unique("users_email_key"), false]
]

const answer = <E>(error: E) => Effect.exit(Effect.catch(Effect.fail(error), sqlIsADefect))

describe("what becomes of a failure in SQL", () => {
  for (const [says, error, away] of cases) {
    it.effect(`${says}: ${away ? "the desk says that it cannot work now" : "it is a defect"}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(isAway(error), away)
        const exit = yield* answer(error)
        assert.isTrue(Exit.isFailure(exit))
        if (Exit.isSuccess(exit)) return
        const problem = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
        if (away) assert.deepInclude(problem, { status: 503, code: "dependency-unavailable", dependency: "postgres" })
        else assert.deepStrictEqual([problem, Cause.squash(exit.cause)], [undefined, error])
      }))
  }

  it.effect("a row that is not what its schema says is a defect", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Schema.decodeUnknownEffect(Schema.Int)("one"))
      const exit = yield* answer(error)
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    }))

  it.effect("every other failure is the desk's own and goes through", () =>
    Effect.gen(function*() {
      const problem = new NotFound()
      assert.deepStrictEqual(yield* answer(problem), Exit.fail(problem))
    }))
})

describe("a value that is taken", () => {
  const meaning = onConstraint("users_email_key", () => new NotFound())

  it.effect("is what the constraint with that name means", () =>
    Effect.gen(function*() {
      assert.instanceOf(yield* Effect.flip(meaning(Effect.fail(unique("users_email_key")))), NotFound)
    }))

  it.effect.each(
    [
      ["another constraint", unique("teams_name_key")],
      ["a check of the same name", sqlError(new SqlError.ConstraintError({ cause: {} }))],
      ["a lost connection", sqlError(new SqlError.ConnectionError({ cause: {} }))]
    ] as const
  )("%s stays what it is", ([, error]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Effect.flip(meaning(Effect.fail(error))), error)
    }))

  it.effect("a statement that succeeds is left alone", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* meaning(Effect.succeed(1)), 1)
    }))
})

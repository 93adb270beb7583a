import { Effect } from "effect"
import type { SqlError } from "effect/sql"

/** Turns the violation of one named unique constraint into what it means, right where a statement can violate it. */
export const onConstraint =
  <Problem>(constraint: string, problem: () => Problem) =>
  <A>(statement: Effect.Effect<A, SqlError.SqlError>): Effect.Effect<A, SqlError.SqlError | Problem> =>
    Effect.catch(
      statement,
      (error): Effect.Effect<never, SqlError.SqlError | Problem> =>
        error.reason._tag === "UniqueViolation" && error.reason.constraint === constraint
          ? Effect.fail(problem())
          : Effect.fail(error)
    )

import { Context, Effect, Option } from "effect"
import { SqlClient, Statement } from "effect/sql"

/** What an effect says to PostgreSQL, by the first word of each statement; in parentheses what it says in a transaction. */
export const statementsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const { transactionService } = yield* SqlClient.SqlClient
    const said: Array<string> = []
    yield* Effect.provideService(effect, Statement.CurrentTransformer, (statement, _, fiber) =>
      Effect.sync(() => {
        const [word = ""] = statement.compile()[0].trim().split(/\s/, 1)
        said.push(Option.isSome(Context.getOption(fiber.context, transactionService)) ? `(${word})` : word)
        return statement
      }))
    return said
  })

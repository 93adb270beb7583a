import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Context, Effect, Schema } from "effect"
import { SqlError } from "effect/sql"

/** What becomes of an effect's failures once SQL has been dealt with. */
export type Answered<E> = Exclude<E, SqlError.SqlError | Schema.SchemaError> | DependencyUnavailable

/**
 * How use-cases meet the database. Use-cases open it; stores and the journal take part in it. It nests in one place only:
 * around a whole request whose answer is kept with what it did (`KeptAnswers`).
 * SQL failures end here: a lost, refused or silent connection is `DependencyUnavailable`, the rest are defects,
 * and so is a row that is not what its schema says.
 */
export class Transaction extends Context.Service<Transaction, {
  /**
   * Keeps all of an effect's writes, or none. A deadlock or a serialization failure runs the whole effect again. A lost
   * COMMIT is not run again, as it may have taken effect: it is `DependencyUnavailable`. Inside another it is a part of
   * that one: it keeps all of its writes or none as long as the other is kept, and is run again only with all of it.
   */
  readonly atomic: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, Answered<E>, R>
  /**
   * The same for an effect that writes with one statement at most, which is all or nothing by itself, and does nothing
   * after it that can fail: it is spared `BEGIN` and `COMMIT`. What it reads before is not held: the statement must say
   * what it depends on.
   */
  readonly byOneStatement: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, Answered<E>, R>
  /**
   * For a single statement that is no news to anybody: it is kept whole, or not at all, without a transaction around it,
   * and nobody is woken. Another go and a lost answer are as in `atomic`.
   */
  readonly alone: <A, E, R>(statement: Effect.Effect<A, E, R>) => Effect.Effect<A, Answered<E>, R>
  /** For an effect that only reads: no transaction, each statement sees what is committed. */
  readonly reading: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, Answered<E>, R>
  /**
   * Does something once the outermost transaction around has ended, before anybody hears that it has. It is done
   * whatever came of the transaction, as whether a lost COMMIT took effect nobody knows: only for what does no harm.
   * Outside a transaction it is done at once.
   */
  readonly atTheEnd: (effect: Effect.Effect<void>) => Effect.Effect<void>
}>()("@opsdesk/capabilities/Transaction") {}

const away: ReadonlySet<string> = new Set([
  "ConnectionError",
  "AuthenticationError",
  "StatementTimeoutError",
  "LockTimeoutError",
  // What PostgreSQL asked to run again, and what still did not go through after that.
  "SerializationError",
  "DeadlockError"
])

/** SQLSTATE classes that say the server, not the statement, is the trouble: shutdown, start-up, too many clients, disk. */
const awayStates = /^(08|53|57P0)/

const stateOf = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null) return ""
  if ("code" in cause && typeof cause.code === "string") return cause.code
  return "cause" in cause ? stateOf(cause.cause) : ""
}

/** Whoever gets no connection never came to say a statement, whatever the reason. */
const cannotConnect = (error: SqlError.SqlError): boolean => error.reason.operation === "connect"

export const isAway = (error: SqlError.SqlError): boolean =>
  away.has(error.reason._tag) || cannotConnect(error) || awayStates.test(stateOf(error.reason.cause))

/** Ends SQL failures: see `Transaction`. */
export const sqlIsADefect = <E>(error: E): Effect.Effect<never, Answered<E>> => {
  if (Schema.isSchemaError(error)) return Effect.die(error)
  if (!SqlError.isSqlError(error)) return Effect.fail(error as Exclude<E, SqlError.SqlError | Schema.SchemaError>)
  return isAway(error)
    ? Effect.andThen(
      Effect.logWarning("the database does not answer", error),
      Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))
    )
    : Effect.die(error)
}

import type { PgClient } from "@effect/sql-pg"
import { isAway } from "@opsdesk/capabilities/Transaction"
import { Effect } from "effect"
import type { SqlConnection } from "effect/sql"
import { SqlClient, SqlError } from "effect/sql"
import { undoneWithin } from "./within.ts"

/** How long PostgreSQL has to begin or end a transaction. */
const limit = "5 seconds"

const failed = (message: string, Reason: typeof SqlError.ConnectionError | typeof SqlError.UnknownError) =>
  new SqlError.SqlError({ reason: new Reason({ cause: new Error(message), message, operation: "transaction" }) })

/** Nobody can interrupt these statements from outside, so each gives up its connection by itself. */
const control = (connection: SqlConnection.Connection, statement: string) =>
  connection.executeRaw(statement, []).pipe(
    Effect.interruptible,
    undoneWithin({
      duration: limit,
      orElse: Effect.suspend(() =>
        Effect.fail(failed(`no answer to ${statement} within ${limit}`, SqlError.ConnectionError))
      )
    })
  )

/** PostgreSQL answers ROLLBACK to the COMMIT of a transaction in which a statement has failed. */
const commit = Effect.fnUntraced(function*(connection: SqlConnection.Connection) {
  const answer = yield* control(connection, "COMMIT")
  const rolledBack = typeof answer === "object" && answer !== null && "command" in answer &&
    answer.command === "ROLLBACK"
  if (rolledBack) return yield* failed("COMMIT of a transaction in which a statement has failed", SqlError.UnknownError)
})

/** Without a connection there is nothing left to roll back: the server has done it, or will. */
const rollback = (connection: SqlConnection.Connection, statement: string) =>
  Effect.catchIf(Effect.asVoid(control(connection, statement)), isAway, () => Effect.void)

/**
 * The client, with transactions that a lost or silent connection ends like any other failure. Its own wait for ever for
 * the answer to BEGIN and COMMIT, and break where ROLLBACK cannot be sent any more.
 */
export const boundedTransactions = (client: PgClient.PgClient): PgClient.PgClient =>
  Object.assign(client, {
    withTransaction: SqlClient.makeWithTransaction({
      transactionService: client.transactionService,
      spanAttributes: [["db.system.name", "postgresql"]],
      acquireConnection: (restore) => restore(client.reserve),
      begin: (connection) => control(connection, "BEGIN"),
      savepoint: (connection, id) => control(connection, `SAVEPOINT level_${id}`),
      releaseSavepoint: (connection, id) => rollback(connection, `RELEASE SAVEPOINT level_${id}`),
      commit,
      rollback: (connection) => rollback(connection, "ROLLBACK"),
      rollbackSavepoint: (connection, id) => rollback(connection, `ROLLBACK TO SAVEPOINT level_${id}`)
    })
  })

import { sqlIsADefect, Transaction } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { SqlClient, SqlError } from "effect/sql"

/** A deadlock or a serialization failure is PostgreSQL asking for another go. */
const anotherGo = Schedule.exponential("20 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))

/** Not `isRetryable`: that also covers a lost COMMIT reply, and what may have committed must not run again. */
const asksForAnotherGo = (error: unknown) =>
  SqlError.isSqlError(error) && (error.reason._tag === "SerializationError" || error.reason._tag === "DeadlockError")

const unavailable = Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))

/**
 * The pool waits for a connection without limit, and a silent server answers never: this is the limit of both. Who has
 * waited so long is answered at once; what has to be undone is undone behind their back.
 */
const answerWithin = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(restore(effect)), (fiber) =>
      restore(Effect.timeoutOrElse(Fiber.join(fiber), {
        duration: "6 seconds",
        orElse: () => Effect.andThen(Effect.forkDetach(Fiber.interrupt(fiber)), unavailable)
      })).pipe(Effect.onInterrupt(() => Fiber.interrupt(fiber))))
  )

export const PostgresTransaction = Layer.effect(
  Transaction,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return Transaction.of({
      atomic: (effect) =>
        sql.withTransaction(effect).pipe(
          Effect.retry({ schedule: anotherGo, while: asksForAnotherGo }),
          answerWithin,
          Effect.catch(sqlIsADefect)
        ),
      reading: (effect) => Effect.catch(answerWithin(effect), sqlIsADefect)
    })
  })
)

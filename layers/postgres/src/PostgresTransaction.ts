import { reached } from "@opsdesk/capabilities/Failpoints"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Answered } from "@opsdesk/capabilities/Transaction"
import { sqlIsADefect, Transaction } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { within } from "./within.ts"

/** A deadlock or a serialization failure is PostgreSQL asking for another go. */
const anotherGo = Schedule.exponential("20 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))

/** Not `isRetryable`: that also covers a lost COMMIT reply, and what may have committed must not run again. */
const asksForAnotherGo = (error: unknown) =>
  SqlError.isSqlError(error) && (error.reason._tag === "SerializationError" || error.reason._tag === "DeadlockError")

/** What is to be done at the end of the transaction around; null where there is none. */
class Endings extends Context.Reference<Array<Effect.Effect<void>> | null>("@opsdesk/postgres/Endings", {
  defaultValue: () => null
}) {}

const atTheEnd = (effect: Effect.Effect<void>) =>
  Effect.flatMap(Endings, (endings) => endings === null ? effect : Effect.sync(() => void endings.push(effect)))

/** Each try of a transaction has endings of its own, and is outside of any once they are done. */
const ending = <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const endings: Array<Effect.Effect<void>> = []
    return transaction.pipe(
      Effect.provideService(Endings, endings),
      Effect.onExit(() => Effect.forEach(endings, (each) => each, { discard: true }))
    )
  })

const unavailable = Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))

const answerWithin = within({ duration: "6 seconds", orElse: unavailable })

/** Whatever is committed may be what somebody waits for: whoever listens on the room bus is woken after each commit. */
export const PostgresTransaction = Layer.effect(
  Transaction,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const { wake } = yield* RoomBus

    /** Nobody takes a part for the whole: another go is the outer transaction's to give, so the wish passes by as a defect. */
    const withinAnother = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      sql.withTransaction(effect).pipe(
        Effect.catch((error) => asksForAnotherGo(error) ? Effect.die(error) : sqlIsADefect(error))
      )

    const onItsOwn = <A, E, R>(committing: Effect.Effect<A, E, R>) =>
      ending(committing).pipe(
        Effect.catchDefect((defect) =>
          SqlError.isSqlError(defect) && asksForAnotherGo(defect) ? Effect.fail(defect) : Effect.die(defect)
        ),
        Effect.retry({ schedule: anotherGo, while: asksForAnotherGo }),
        Effect.tap(() => reached("after-commit-before-reply")),
        Effect.tap(() => wake),
        answerWithin,
        Effect.catch(sqlIsADefect)
      )

    const joining = <A, E, R>(
      effect: Effect.Effect<A, E, R>,
      alone: Effect.Effect<A, E | SqlError.SqlError, R>
    ) =>
      Effect.withFiber<A, Answered<E>, R>((fiber) =>
        Option.isSome(Context.getOption(fiber.context, sql.transactionService))
          ? withinAnother(effect)
          : onItsOwn(alone)
      )

    return Transaction.of({
      atomic: (effect) => joining(effect, sql.withTransaction(effect)),
      byOneStatement: (effect) => joining(effect, effect),
      alone: (statement) =>
        statement.pipe(
          Effect.retry({ schedule: anotherGo, while: asksForAnotherGo }),
          answerWithin,
          Effect.catch(sqlIsADefect)
        ),
      reading: (effect) => Effect.catch(answerWithin(effect), sqlIsADefect),
      atTheEnd
    })
  })
)

import { assert } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { Suite } from "./Suite.ts"
import { Refused, rowsOfOwn } from "./TransactionContract.ts"

/** What every `Transaction` owes to one inside another. */
export const innerTransactionContract = (suite: Suite<Transaction | SqlClient.SqlClient>): void =>
  suite("a transaction within another", (it) => {
    it.effect("is kept with the one around it, lost with it, and lost alone when it is refused", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        yield* atomic(Effect.gen(function*() {
          yield* add("a")
          yield* atomic(add("b"))
          const refused = yield* Effect.flip(
            atomic(Effect.andThen(add("c"), Effect.fail(new Refused({ why: "the part" }))))
          )
          assert.strictEqual(refused._tag, "Refused")
        }))
        assert.deepStrictEqual(yield* reading(names), ["a", "b"])
        yield* Effect.flip(atomic(Effect.andThen(atomic(add("d")), Effect.fail(new Refused({ why: "the whole" })))))
        assert.deepStrictEqual(yield* reading(names), ["a", "b"])
      }))

    it.effect("is one too where it needs but one statement", () =>
      Effect.gen(function*() {
        const { atomic, byOneStatement, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        yield* atomic(Effect.gen(function*() {
          yield* byOneStatement(add("a"))
          yield* Effect.exit(byOneStatement(add("a")))
          assert.deepStrictEqual(yield* names, ["a"])
          yield* Effect.flip(byOneStatement(Effect.andThen(add("b"), Effect.fail(new Refused({ why: "the part" })))))
        }))
        yield* Effect.flip(
          atomic(Effect.andThen(byOneStatement(add("c")), Effect.fail(new Refused({ why: "the whole" }))))
        )
        assert.deepStrictEqual(yield* reading(names), ["a"])
      }))

    it.effect("is run again as a whole when PostgreSQL asks for it in a part", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names, sql } = yield* rowsOfOwn
        const conflict = sql`do $$ begin raise exception using errcode = '40001'; end $$`.unprepared
        const runs = { part: 0, whole: 0 }
        yield* atomic(Effect.gen(function*() {
          runs.whole++
          yield* add("a")
          yield* atomic(Effect.gen(function*() {
            yield* add("b")
            if (++runs.part < 3) yield* conflict
          }))
        }))
        assert.deepStrictEqual([runs, yield* reading(names)], [{ part: 3, whole: 3 }, ["a", "b"]])
      }))
  })

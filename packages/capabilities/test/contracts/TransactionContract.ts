import { assert } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable, NotFound } from "@opsdesk/kernel/Problem"
import { Cause, Data, Deferred, Effect, Fiber, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient, SqlError } from "effect/sql"
import type { Suite } from "./Suite.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly why: string }> {}

/** Rows of the test's own in `seeds`, which every program may write. */
export const rowsOfOwn = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const prefix = yield* random.uuidV4()
  const add = (name: string) => sql`insert into seeds (name, at) values (${prefix + name}, '2020-01-01T00:00:00Z')`
  const names = Effect.map(
    sql<{ name: string }>`select name from seeds where name like ${`${prefix}%`} order by name`,
    (rows) => rows.map(({ name }) => name.slice(prefix.length))
  )
  return { add, names, prefix, sql }
}).pipe(Effect.provide(SecureRandom.layerWebCrypto))

/** Holds the first two who come until both are there; whoever comes later passes. */
const meeting = Effect.map(Deferred.make<void>(), (both) => {
  let here = 0
  return Effect.suspend(() => ++here < 2 ? Deferred.await(both) : Deferred.succeed(both, undefined))
})

const rejected = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.sandbox,
    Effect.flip,
    Effect.map((cause) => {
      assert.isFalse(Cause.hasFails(cause), Cause.pretty(cause))
      return Cause.squash(cause)
    })
  )

/** What every `Transaction` owes, on a PostgreSQL with the desk's schema and at least two connections. */
export const transactionContract = (suite: Suite<Transaction | SqlClient.SqlClient>): void =>
  suite("a transaction", (it) => {
    it.effect("keeps all that was written and hands on the answer", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const answer = yield* atomic(Effect.as(Effect.andThen(add("a"), add("b")), "done"))
        assert.deepStrictEqual([answer, yield* reading(names)], ["done", ["a", "b"]])
      }))

    it.effect("does what is to be done at its end once it is committed, and before it answers", () =>
      Effect.gen(function*() {
        const { atTheEnd, atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const seen: Array<ReadonlyArray<string>> = []
        const look = Effect.orDie(Effect.map(reading(names), (found) => void seen.push(found)))
        yield* atTheEnd(look)
        assert.deepStrictEqual(seen, [[]])
        yield* atomic(Effect.gen(function*() {
          yield* atomic(Effect.andThen(atTheEnd(look), add("a")))
          assert.lengthOf(seen, 1)
          yield* add("b")
        }))
        assert.deepStrictEqual(seen, [[], ["a", "b"]])
        yield* Effect.flip(
          atomic(Effect.andThen(Effect.andThen(atTheEnd(look), add("c")), Effect.fail(new Refused({ why: "no" }))))
        )
        assert.deepStrictEqual(seen.at(-1), ["a", "b"])
        assert.lengthOf(seen, 3)
      }))

    it.effect("shows nothing to others before it is over", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const written = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const writer = yield* atomic(Effect.gen(function*() {
          yield* add("a")
          yield* Deferred.succeed(written, undefined)
          yield* Deferred.await(looked)
          return yield* names
        })).pipe(Effect.forkChild)
        yield* Deferred.await(written)
        assert.deepStrictEqual(yield* reading(names), [])
        yield* Deferred.succeed(looked, undefined)
        assert.deepStrictEqual([yield* Fiber.join(writer), yield* reading(names)], [["a"], ["a"]])
      }))

    it.effect("keeps nothing when somebody is refused in the middle, and the refusal comes out as it went in", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        let runs = 0
        const refuse = Effect.suspend(() => Effect.fail(new Refused({ why: `run ${++runs}` })))
        const refused = yield* Effect.flip(atomic(Effect.andThen(add("a"), refuse)))
        assert.deepStrictEqual([refused._tag, refused.message, runs], ["Refused", "", 1])
        const notFound = yield* Effect.flip(atomic(Effect.andThen(add("b"), Effect.fail(new NotFound()))))
        assert.instanceOf(notFound, NotFound)
        assert.deepStrictEqual(yield* reading(names), [])
      }))

    it.effect("keeps nothing when the program breaks in the middle", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const bug = new Error("a bug")
        assert.strictEqual(yield* rejected(atomic(Effect.andThen(add("a"), Effect.die(bug)))), bug)
        assert.deepStrictEqual(yield* reading(names), [])
      }))

    it.effect("keeps nothing when the caller goes away in the middle", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const written = yield* Deferred.make<void>()
        const fiber = yield* add("a").pipe(
          Effect.andThen(Deferred.succeed(written, undefined)),
          Effect.andThen(Effect.never),
          atomic,
          Effect.forkChild
        )
        yield* Deferred.await(written)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* reading(names), [])
      }))

    it.effect("is run again when two that must not mix have met, and both come through", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names, sql } = yield* rowsOfOwn
        const meet = yield* meeting
        let runs = 0
        const count = (who: string) =>
          atomic(Effect.gen(function*() {
            runs++
            yield* sql`set transaction isolation level serializable`
            const { length } = yield* names
            yield* meet
            yield* add(`${length} ${who}`)
          }))
        yield* Effect.all([count("ada"), count("amir")], { concurrency: 2 })
        const found = yield* reading(names)
        assert.deepStrictEqual([runs, found.map((name) => name.charAt(0))], [3, ["0", "1"]])
      }))

    it.effect("is run again when two wait for each other, and both come through", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, prefix, sql } = yield* rowsOfOwn
        yield* atomic(Effect.andThen(add("a"), add("b")))
        const meet = yield* meeting
        let runs = 0
        const touch = (name: string) => sql`update seeds set at = at + interval '1 day' where name = ${prefix + name}`
        const both = (first: string, second: string) =>
          atomic(Effect.gen(function*() {
            runs++
            yield* touch(first)
            yield* meet
            yield* touch(second)
          }))
        yield* Effect.all([both("a", "b"), both("b", "a")], { concurrency: 2 })
        const days = yield* reading(sql<{ day: number }>`
          select extract(day from at)::int as day from seeds where name like ${`${prefix}%`}`)
        assert.deepStrictEqual([runs, days.map(({ day }) => day)], [3, [3, 3]])
      }))

    it.effect("is not run again for ever: then it is the database that has no time for it", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const { sql } = yield* rowsOfOwn
        let runs = 0
        const conflict = sql`do $$ begin raise exception using errcode = '40001'; end $$`.unprepared
        const problem = yield* Effect.flip(atomic(Effect.suspend(() => {
          runs++
          return conflict
        })))
        assert.instanceOf(problem, DependencyUnavailable)
        assert.strictEqual(runs, 5)
      }))

    it.effect("is run once when a statement breaks a rule, which is nobody's answer but a defect", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        let runs = 0
        const twice = Effect.suspend(() => {
          runs++
          return Effect.andThen(add("a"), add("a"))
        })
        const error = yield* rejected(atomic(twice))
        assert.isTrue(SqlError.isSqlError(error) && error.reason._tag === "UniqueViolation")
        assert.deepStrictEqual([runs, yield* reading(names)], [1, []])
      }))

    it.effect("takes a statement that PostgreSQL does not understand for a defect, and so does a reader", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { sql } = yield* rowsOfOwn
        for (const run of [atomic, reading]) {
          const error = yield* rejected(run(sql`selec 1`))
          assert.isTrue(SqlError.isSqlError(error) && error.reason._tag === "SqlSyntaxError")
        }
      }))

    it.effect("takes a row that is not what its schema says for a defect, and keeps nothing", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const decode = Schema.decodeUnknownEffect(Schema.Array(Schema.Int))
        for (const run of [atomic, reading]) {
          assert.isTrue(Schema.isSchemaError(yield* rejected(run(Effect.flatMap(names, () => decode(["1"]))))))
        }
        yield* rejected(atomic(Effect.andThen(add("a"), decode(["1"]))))
        assert.deepStrictEqual(yield* reading(names), [])
      }))

    it.effect("is none for what one statement writes: others see it at once, and the end of it comes after", () =>
      Effect.gen(function*() {
        const { atTheEnd, byOneStatement, reading } = yield* Transaction
        const { add, names, sql } = yield* rowsOfOwn
        const seen: Array<ReadonlyArray<string>> = []
        const own = sql<{ own: boolean }>`select pg_current_xact_id_if_assigned() is not null as own`
        const answer = yield* byOneStatement(Effect.gen(function*() {
          yield* atTheEnd(Effect.orDie(Effect.map(reading(names), (found) => void seen.push(found))))
          yield* add("a")
          assert.deepStrictEqual([seen, yield* own], [[], [{ own: false }]])
          return "done"
        }))
        assert.deepStrictEqual([answer, seen], ["done", [["a"]]])
      }))

    it.effect("is run again for one statement that PostgreSQL asks it for, and no other failure is", () =>
      Effect.gen(function*() {
        const { byOneStatement, reading } = yield* Transaction
        const { add, names, sql } = yield* rowsOfOwn
        const conflict = sql`do $$ begin raise exception using errcode = '40001'; end $$`.unprepared
        let runs = 0
        const third = Effect.suspend(() => ++runs < 3 ? conflict : add("a"))
        yield* byOneStatement(third)
        assert.deepStrictEqual([runs, yield* reading(names)], [3, ["a"]])
        const error = yield* rejected(byOneStatement(third))
        assert.isTrue(SqlError.isSqlError(error) && error.reason._tag === "UniqueViolation")
        const always = Effect.flip(byOneStatement(Effect.andThen(Effect.sync(() => runs++), conflict)))
        assert.instanceOf(yield* always, DependencyUnavailable)
        const refused = yield* Effect.flip(byOneStatement(Effect.fail(new Refused({ why: "no" }))))
        assert.deepStrictEqual([refused._tag, runs], ["Refused", 9])
      }))

    it.effect("is none for a reader: each statement sees what is committed by then", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const { add, names } = yield* rowsOfOwn
        const [before, after] = yield* reading(Effect.gen(function*() {
          const before = yield* names
          yield* atomic(add("a"))
          return [before, yield* names] as const
        }))
        assert.deepStrictEqual([before, after], [[], ["a"]])
      }))
  })

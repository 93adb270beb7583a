import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Deferred, Effect, Fiber } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { Operator } from "./fixtures/databases.ts"
import { Here, mark, program, programUrl, unavailable } from "./fixtures/programs.ts"

/** What PostgreSQL says when it, or the machine under it, is the trouble. */
const serverIsTheTrouble = {
  "08006": "the connection failed",
  "53000": "it lacks resources",
  "53100": "its disk is full",
  "53200": "it is out of memory",
  "53300": "it has too many clients",
  "57014": "it ended the statement",
  "57P01": "it is shutting down",
  "57P02": "another session crashed it",
  "57P03": "it is starting up",
  "55P03": "a lock is not to be had in time"
}

/** What it says when the statement is. */
const statementIsTheTrouble = ["22012", "23502", "23503", "23514", "42501", "42601", "42P01", "25006", "P0001", "XX000"]

const withUrl = (change: (url: URL) => void) =>
  Effect.map(programUrl, (text) => {
    const url = new URL(text)
    change(url)
    return url.href
  })

/** A program for a test, by the address that it is given. */
const asProgram = <A, E>(test: Effect.Effect<A, E, Transaction | SqlClient.SqlClient | Operator>) =>
  Effect.flatMap(programUrl, (url) => Effect.provide(test, program(url, 2)))

layer(Here, { excludeTestServices: true })("a program whose PostgreSQL is in trouble", (it) => {
  it.effect.each(Object.entries(serverIsTheTrouble))(
    "hears that it is unavailable, once: %s, %s",
    ([state]) =>
      asProgram(Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        let runs = 0
        const raise = Effect.suspend(() => {
          runs++
          return sql.unsafe(`do $$ begin raise exception using errcode = '${state}'; end $$`).unprepared
        })
        yield* unavailable(atomic(raise))
        yield* unavailable(reading(raise))
        assert.strictEqual(runs, 2)
      }))
  )

  it.effect.each(statementIsTheTrouble)(
    "is not told that story when its own statement is wrong: %s",
    (state) =>
      asProgram(Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const raise = sql.unsafe(`do $$ begin raise exception using errcode = '${state}'; end $$`).unprepared
        const { reasons } = yield* Effect.flip(Effect.sandbox(atomic(raise)))
        assert.deepStrictEqual(reasons.map((reason) => reason._tag === "Die" && SqlError.isSqlError(reason.defect)), [
          true
        ])
      }))
  )

  it.effect("hears it when a statement takes longer than it may", () =>
    asProgram(Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const sql = yield* SqlClient.SqlClient
      yield* unavailable(atomic(Effect.gen(function*() {
        yield* sql`set local statement_timeout = '20ms'`
        yield* sql`select pg_sleep(60)`
      })))
    })))

  it.effect("hears it when a row stays locked longer than it may wait", () =>
    asProgram(Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const sql = yield* SqlClient.SqlClient
      yield* atomic(mark("wanted"))
      const locked = yield* Deferred.make<void>()
      const lock = sql`select from seeds where name = 'wanted' for update`
      const holder = yield* lock.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Effect.never),
        atomic,
        Effect.forkChild
      )
      yield* Deferred.await(locked)
      yield* unavailable(atomic(Effect.andThen(sql`set local lock_timeout = '20ms'`, lock)))
      yield* Fiber.interrupt(holder)
      yield* atomic(lock)
    })))

  it.effect("hears it when its user has no more connections to give (53300, at the door)", () =>
    Effect.gen(function*() {
      const operator = yield* Operator
      const name = `limited_${(yield* programUrl).slice(-12)}`
      yield* Effect.acquireRelease(
        operator.unsafe(`create role ${name} login password 'limited' connection limit 1`).unprepared,
        () => Effect.orDie(operator.unsafe(`drop role ${name}`).unprepared)
      )
      const url = yield* withUrl((url) => Object.assign(url, { username: name, password: "limited" }))
      const looks = Effect.gen(function*() {
        const { reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        return yield* reading(sql`select 1 as one`)
      })
      yield* Effect.gen(function*() {
        const { atomic } = yield* Transaction
        yield* atomic(unavailable(Effect.provide(looks, program(url, 1))))
        assert.deepStrictEqual(yield* looks, [{ one: 1 }])
      }).pipe(Effect.provide(program(url, 1)))
    }))

  it.effect("hears it when the password is another by now, or the database is gone", () =>
    Effect.gen(function*() {
      const urls = [
        yield* withUrl((url) => Object.assign(url, { password: "another" })),
        yield* withUrl((url) => Object.assign(url, { pathname: "/gone" }))
      ]
      for (const url of urls) {
        yield* Effect.flatMap(Transaction, ({ atomic }) => unavailable(atomic(mark("never")))).pipe(
          Effect.provide(program(url, 1))
        )
      }
    }))
})

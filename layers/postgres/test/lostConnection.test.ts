import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { proxyTo } from "@opsdesk/testkit/proxyTo"
import { Deferred, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Operator } from "./fixtures/databases.ts"
import { counted, Here, mark, marks, program, programUrl, unavailable } from "./fixtures/programs.ts"

layer(Here, { excludeTestServices: true })("a program that is cut off from PostgreSQL", (it) => {
  it.effect("hears that the dependency is unavailable when its connection is ended in a transaction, and works on", () =>
    Effect.gen(function*() {
      const operator = yield* Operator
      yield* Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        let runs = 0
        yield* unavailable(atomic(Effect.gen(function*() {
          runs++
          yield* mark("ended")
          const [me] = yield* sql<{ pid: number }>`select pg_backend_pid() as pid`
          yield* operator`select pg_terminate_backend(${me?.pid})`
          yield* mark("after the end")
        })))
        assert.deepStrictEqual([runs, yield* marks("ended")], [1, 0])
        yield* atomic(mark("works on"))
        assert.strictEqual(yield* marks("works on"), 1)
      }).pipe(Effect.provide(program(yield* programUrl, 1)))
    }))

  it.effect("gives its only connection back clean when a caller goes away in a transaction", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const inside = yield* Deferred.make<void>()
        const caller = yield* mark("gone away").pipe(
          Effect.andThen(Deferred.succeed(inside, undefined)),
          Effect.andThen(sql`select pg_sleep(60)`),
          atomic,
          Effect.forkChild
        )
        yield* Deferred.await(inside)
        yield* Fiber.interrupt(caller)
        const [here] = yield* reading(sql<{ clean: boolean }>`select pg_current_xact_id_if_assigned() is null as clean`)
        assert.deepStrictEqual([here, yield* marks("gone away")], [{ clean: true }, 0])
        yield* atomic(mark("after that"))
        assert.strictEqual(yield* marks("after that"), 1)
      }).pipe(Effect.provide(program(yield* programUrl, 1)))
    }))

  it.effect("hears its own refusal when that came first: there is nothing to take back any more", () =>
    Effect.gen(function*() {
      const operator = yield* Operator
      yield* Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const refused = yield* Effect.flip(atomic(Effect.gen(function*() {
          yield* mark("refused")
          const [me] = yield* sql<{ pid: number }>`select pg_backend_pid() as pid`
          yield* operator`select pg_terminate_backend(${me?.pid})`
          return yield* Effect.fail("refused" as const)
        })))
        assert.deepStrictEqual([refused, yield* marks("refused")], ["refused", 0])
      }).pipe(Effect.provide(program(yield* programUrl, 1)))
    }))

  it.effect("hears it from a reader too", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const { reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        yield* unavailable(reading(sql`select pg_terminate_backend(pg_backend_pid())`))
        assert.deepStrictEqual(yield* reading(sql`select 1 as one`), [{ one: 1 }])
      }).pipe(Effect.provide(program(yield* programUrl, 1)))
    }))

  it.effect("hears it when nobody listens on the port any more, from the old connection and from a new one", () =>
    Effect.gen(function*() {
      const proxy = yield* proxyTo(yield* programUrl)
      yield* Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        yield* atomic(mark("before"))
        yield* proxy.close
        yield* unavailable(atomic(mark("gone")))
        yield* unavailable(reading(sql`select 1`))
        yield* unavailable(atomic(mark("gone")))
      }).pipe(Effect.provide(program(proxy.url, 2)))
      assert.deepStrictEqual([yield* marks("before"), yield* marks("gone")], [1, 0])
    }))

  it.effect("hears it when the reply to a COMMIT is lost, and does not do again what may have been done", () =>
    Effect.gen(function*() {
      const proxy = yield* proxyTo(yield* programUrl)
      yield* Effect.gen(function*() {
        const first = counted("committed 1")
        proxy.loseCommitReply("cut")
        yield* unavailable(first.run)
        const { atomic } = yield* Transaction
        yield* atomic(mark("committed 2"))
        const third = counted("committed 3")
        proxy.loseCommitReply("cut")
        yield* unavailable(third.run)
        assert.deepStrictEqual([first.runs.count, third.runs.count], [1, 1])
        const { byOneStatement } = yield* Transaction
        let runs = 0
        proxy.loseAnswerTo("committed 4")
        yield* unavailable(byOneStatement(Effect.suspend(() => {
          runs++
          return mark("committed 4")
        })))
        assert.strictEqual(runs, 1)
      }).pipe(Effect.provide(program(proxy.url, 1)))
      assert.strictEqual(yield* marks("committed _"), 4)
    }))
})

/** Time is the test's here: nobody waits for a limit. */
layer(Here)("a program that PostgreSQL answers no more", (it) => {
  it.effect("hears that the dependency is unavailable within the limit, when it begins", () =>
    Effect.gen(function*() {
      const proxy = yield* proxyTo(yield* programUrl)
      yield* Effect.gen(function*() {
        const { atomic } = yield* Transaction
        yield* atomic(mark("warm"))
        proxy.fallSilent()
        const { run, runs } = counted("never begun")
        const waiting = yield* Effect.forkChild(run)
        yield* proxy.lost
        yield* TestClock.adjust("6 seconds")
        yield* unavailable(Fiber.join(waiting))
        assert.strictEqual(runs.count, 0)
      }).pipe(Effect.provide(program(proxy.url, 1)))
    }))

  it.effect("hears it in the middle, and works on with another connection although the pool had only this one", () =>
    Effect.gen(function*() {
      const proxy = yield* proxyTo(yield* programUrl)
      yield* Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const waiting = yield* atomic(Effect.gen(function*() {
          yield* mark("lost 1")
          proxy.fallSilent()
          yield* mark("lost 2")
        })).pipe(Effect.forkChild)
        yield* proxy.lost
        yield* TestClock.adjust("6 seconds")
        yield* unavailable(Fiber.join(waiting))
        yield* atomic(mark("lost and found"))
        assert.deepStrictEqual([yield* marks("lost _"), yield* marks("lost and found")], [0, 1])
      }).pipe(Effect.provide(program(proxy.url, 1)))
    }))

  it.effect("hears it when it commits, and does not do again what may have been done", () =>
    Effect.gen(function*() {
      const proxy = yield* proxyTo(yield* programUrl)
      const { run, runs } = counted("committed in silence")
      yield* Effect.gen(function*() {
        proxy.loseCommitReply("silence")
        const waiting = yield* Effect.forkChild(run)
        yield* proxy.lost
        yield* TestClock.adjust("6 seconds")
        yield* unavailable(Fiber.join(waiting))
      }).pipe(Effect.provide(program(proxy.url, 1)))
      assert.deepStrictEqual([runs.count, yield* marks("committed in silence")], [1, 1])
    }))

  it.effect("hears it when every connection of the pool is taken, and its work is never begun", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const { reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const taken = yield* Deferred.make<void>()
        // Held outside the capability, which would give it back after the same time that the others wait.
        const holder = yield* sql.reserve.pipe(
          Effect.andThen(Deferred.succeed(taken, undefined)),
          Effect.andThen(Effect.never),
          Effect.scoped,
          Effect.forkChild
        )
        yield* Deferred.await(taken)
        const { run, runs } = counted("no connection")
        const writer = yield* Effect.forkChild(run)
        const reader = yield* Effect.forkChild(reading(sql`select 1`))
        yield* TestClock.adjust("6 seconds")
        yield* unavailable(Fiber.join(writer))
        yield* unavailable(Fiber.join(reader))
        yield* Fiber.interrupt(holder)
        assert.deepStrictEqual([runs.count, yield* marks("no connection")], [0, 0])
      }).pipe(Effect.provide(program(yield* programUrl, 1)))
    }))
})

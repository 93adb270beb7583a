import { assert, layer } from "@effect/vitest"
import type { Delivery } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { PostgresBroker } from "@opsdesk/postgres/PostgresBroker"
import type { Lease } from "@opsdesk/postgres/queueStatements"
import { queueStatements } from "@opsdesk/postgres/queueStatements"
import { later } from "@opsdesk/testkit/later"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Deferred, Duration, Effect, Fiber, Layer, Queue } from "effect"
import { SqlClient, Statement } from "effect/sql"
import { TestClock } from "effect/testing"
import {
  consuming,
  done,
  message,
  ownWord,
  queueOf,
  untilDepths
} from "../../../packages/capabilities/test/contracts/BrokerContract.ts"

const tokens = ["0198c7a2-0000-4000-8000-000000000001", "0198c7a2-0000-4000-8000-000000000002"] as const
const long = Duration.minutes(5)

/** Two messages that the first token has taken, for so long, and not settled. */
const taken = Effect.fnUntraced(function*(lease: Duration.Duration) {
  const { declare, publish } = yield* Broker
  const statements = yield* queueStatements
  const word = ownWord()
  const queue = queueOf(word, [`${word}.#`])
  yield* declare([queue])
  yield* publish([message(`${word}.x`, "1"), message(`${word}.x`, "2")])
  const take = (token: string, limit = 10) =>
    Effect.map(statements.take(queue.name, token, limit, lease), (rows): Lease => ({
      queue: queue.name,
      token,
      positions: rows.map(({ position }) => position)
    }))
  const held = yield* take(tokens[0])
  assert.lengthOf(held.positions, 2)
  return { held, queue, statements, take, word }
})

/** The messages of a queue as they lie there. */
const rowsOf = (queue: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql`select message_id, lease, leased_until, handed_out, retries, error from queue_messages
      where queue like ${`${queue}%`} order by position`
  )

const Real = PostgresBroker({ lease: "600 millis" }).pipe(Layer.provideMerge(TestStack("migrated")))

layer(Real, { excludeTestServices: true })("a queue in PostgreSQL", (it) => {
  it.effect("lets whoever lost a message to another settle, move, keep and give back nothing of it", () =>
    Effect.gen(function*() {
      const { held, queue, statements, take } = yield* taken(Duration.zero)
      const other = yield* take(tokens[1])
      assert.deepStrictEqual(other.positions, held.positions)
      const before = yield* rowsOf(queue.name)
      const [position = 0] = held.positions
      const moved = { position, to: `${queue.name}.dead`, delay: null, error: "too late" }
      yield* statements.settle(held, [])
      yield* statements.settle({ ...held, positions: [] }, [moved])
      yield* statements.settle(held, [{ ...moved, to: `${queue.name}.retry.1`, delay: 1 }])
      yield* statements.renew(held, long)
      yield* statements.giveBack(held)
      assert.deepStrictEqual(yield* rowsOf(queue.name), before)
      yield* statements.settle(other, [])
      assert.deepStrictEqual(yield* rowsOf(queue.name), [])
    }))

  it.effect("hands out what a consumer had that is not heard of any more, once its lease is over", () =>
    Effect.gen(function*() {
      const { queue } = yield* taken(Duration.millis(200))
      const { take } = yield* consuming(queue)
      assert.deepStrictEqual((yield* take(2)).map(({ body, redelivered }) => [body, redelivered]), [
        ["1", true],
        ["2", true]
      ])
      yield* untilDepths(queue, {})
    }))

  it.effect("takes nothing from anybody because a program's clock is ahead", () =>
    Effect.gen(function*() {
      const { queue, word } = yield* taken(long)
      const { publish } = yield* Broker
      const got = yield* Queue.unbounded<Delivery>()
      const { consume } = yield* Broker
      yield* consume(queue, (all) => Effect.as(Queue.offerAll(got, all), all.map(() => done))).pipe(
        later("1 hour"),
        Effect.forkScoped
      )
      yield* publish([message(`${word}.x`, "3")]).pipe(later("1 hour"))
      assert.strictEqual((yield* Queue.take(got)).body, "3")
      assert.strictEqual(yield* Queue.size(got), 0)
      const leases = (yield* rowsOf(queue.name)).map(({ lease }) => lease)
      assert.lengthOf(leases.filter((lease) => lease === tokens[0]), 2)
    }))

  it.effect("leaves messages with a consumer that takes its time, and lives", () =>
    Effect.gen(function*() {
      const { consume, declare, publish } = yield* Broker
      const word = ownWord()
      const queue = queueOf(word, [`${word}.#`])
      yield* declare([queue])
      const handed: Array<string> = []
      const slow = yield* Deferred.make<void>()
      // Three leases long.
      const handle = (deliveries: ReadonlyArray<Delivery>) =>
        Effect.gen(function*() {
          handed.push(...deliveries.map(({ body }) => body))
          if (deliveries.some(({ body }) => body === "slow")) {
            yield* Effect.sleep("1800 millis")
            yield* Deferred.succeed(slow, undefined)
          }
          return deliveries.map(() => done)
        })
      yield* publish([message(`${word}.x`, "slow")])
      yield* Effect.forkScoped(consume(queue, handle))
      yield* Effect.forkScoped(consume(queue, handle))
      yield* Deferred.await(slow)
      yield* publish([message(`${word}.x`, "quick")])
      yield* untilDepths(queue, {})
      assert.deepStrictEqual(handed.filter((body) => body === "slow"), ["slow"])
    }))

  it.effect("is published to with the transaction around it, or not at all", () =>
    Effect.gen(function*() {
      const { declare, publish } = yield* Broker
      const { atomic } = yield* Transaction
      const word = ownWord()
      const queue = queueOf(word, [`${word}.#`])
      yield* declare([queue])
      const refused = atomic(Effect.andThen(publish([message(`${word}.x`, "never")]), Effect.fail("refused")))
      assert.strictEqual(yield* Effect.flip(refused), "refused")
      yield* atomic(publish([message(`${word}.x`, "kept")]))
      const { take } = yield* consuming(queue)
      assert.deepStrictEqual((yield* take(1)).map(({ body }) => body), ["kept"])
    }))

  it.effect("costs two statements a chunk, however large that is, and one to publish it", () =>
    Effect.gen(function*() {
      const { consume, declare, publish } = yield* Broker
      let statements = 0
      const counted = Effect.provideService(Statement.CurrentTransformer, (statement) =>
        Effect.sync(() => {
          statements++
          return statement
        }))
      const costOf = Effect.fnUntraced(function*(size: number) {
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`], size)
        yield* declare([queue])
        statements = 0
        yield* counted(publish(Array.from({ length: size }, (_, n) => message(`${word}.x`, String(n)))))
        const published = statements
        const handed: Array<number> = []
        const second = yield* Deferred.make<void>()
        const consumer = yield* counted(consume(queue, (deliveries) =>
          Effect.gen(function*() {
            handed.push(statements)
            // The next chunk, which is there when this one is settled.
            if (handed.length === 1) yield* Effect.orDie(publish([message(`${word}.x`, "next")]))
            else yield* Deferred.succeed(second, undefined)
            const ends: ReadonlyArray<typeof done> = [done, { _tag: "Dead", error: "no" }, {
              _tag: "Retry",
              step: 1,
              error: ""
            }]
            return deliveries.map((_, n) => ends[n % 3] ?? done)
          }))).pipe(Effect.forkChild)
        yield* Deferred.await(second)
        yield* Fiber.interrupt(consumer)
        const [first = 0, next = 0] = handed
        assert.strictEqual(published, 1)
        return next - first
      })
      // Publishing the next chunk is one of them here; and after a while there is a look for what comes back.
      for (const size of [3, 300]) assert.include([3, 4], yield* costOf(size))
    }))

  it.effect("is consumed from again after the server has ended every connection", () =>
    Effect.gen(function*() {
      const { declare, publish } = yield* Broker
      const sql = yield* SqlClient.SqlClient
      const word = ownWord()
      const queue = queueOf(word, [`${word}.#`])
      yield* declare([queue])
      const { next } = yield* consuming(queue)
      yield* publish([message(`${word}.x`, "before")])
      assert.strictEqual((yield* next).body, "before")
      yield* sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = current_user and pid <> pg_backend_pid()`
      yield* publish([message(`${word}.x`, "after")]).pipe(Effect.retry({ times: 10 }))
      let body = ""
      while (body !== "after") body = (yield* next).body
    }))
})

/** Time stands still: nobody looks by themselves. */
const Still = TestClock.layer().pipe(Layer.provideMerge(Real))

layer(Still, { excludeTestServices: true })("a consumer that has nothing to do", (it) => {
  it.effect("is woken by what its own process publishes, and looks within a second for what others do", () =>
    Effect.gen(function*() {
      const { declare, publish } = yield* Broker
      const word = ownWord()
      const queue = queueOf(word, [`${word}.#`])
      yield* declare([queue])
      const { next } = yield* consuming(queue)
      yield* publish([message(`${word}.x`, "ours 1")])
      assert.strictEqual((yield* next).body, "ours 1")
      yield* publish([message(`${word}.x`, "ours 2")])
      assert.strictEqual((yield* next).body, "ours 2")
      const { publish: elsewhere } = yield* Broker.pipe(Effect.provide(Layer.fresh(PostgresBroker())))
      yield* elsewhere([message(`${word}.x`, "theirs")])
      const found = yield* Effect.forkChild(next)
      while (found.pollUnsafe() === undefined) {
        yield* TestClock.adjust("1 second")
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
      }
      assert.strictEqual((yield* Fiber.join(found)).body, "theirs")
    }))
})

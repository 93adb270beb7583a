import { PgConnection } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { PostgresRoomBus } from "@opsdesk/postgres/PostgresRoomBus"
import { PostgresSql } from "@opsdesk/postgres/PostgresSql"
import { PostgresTransaction } from "@opsdesk/postgres/PostgresTransaction"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { Context, Effect, Layer, PubSub, Queue, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Instances, roomBusContract } from "../../../packages/capabilities/test/contracts/RoomBusContract.ts"
import { Operator } from "./fixtures/databases.ts"
import { Here, mark, programUrl } from "./fixtures/programs.ts"

const program = (url: Redacted.Redacted<string>) =>
  PostgresTransaction.pipe(
    Layer.provideMerge(PostgresRoomBus({ url, applicationName: "opsdesk-test" })),
    Layer.provideMerge(PostgresSql({ url, applicationName: "opsdesk-test", maxConnections: 2 })),
    Layer.provide(SecureRandom.layerWebCrypto),
    Layer.fresh
  )

const started = (url: Redacted.Redacted<string>) => Layer.build(program(url))

const OnPostgres = Layer.effect(
  Instances,
  Effect.gen(function*() {
    const url = new URL(yield* programUrl)
    const way = yield* wayTo(Number(url.port))
    url.port = String(way.port)
    return Instances.of({
      start: Effect.map(Effect.orDie(started(Redacted.make(url.href))), (context) => Context.get(context, RoomBus)),
      cut: Effect.sync(way.cut)
    })
  })
).pipe(Layer.provideMerge(Here))

roomBusContract(layer(OnPostgres, { excludeTestServices: true }))

/** How many of a database's connections listen on a channel, as its superuser sees it. */
const listeners = Effect.gen(function*() {
  const sql = yield* Operator
  const rows = yield* sql<{ name: string }>`
    select application_name as name from pg_stat_activity
    where datname = current_database() and application_name like 'opsdesk-test%'`
  return rows.filter(({ name }) => name === "opsdesk-test-bus").length
})

layer(Here, { excludeTestServices: true })("a program on PostgreSQL alone", (it) => {
  it.effect("opens one connection to listen, when somebody does, and no other, however many do", () =>
    Effect.gen(function*() {
      const bus = Context.get(yield* started(Redacted.make(yield* programUrl)), RoomBus)
      yield* bus.wake
      assert.strictEqual(yield* listeners, 0)
      const [wakes] = yield* Effect.all([bus.wakes, bus.wakes, bus.whispers, bus.whispers])
      yield* PubSub.take(wakes)
      assert.strictEqual(yield* listeners, 1)
    }))

  it.effect("says in a hint or two what it is asked to say a thousand times in a moment, and only who says it", () =>
    Effect.gen(function*() {
      const url = Redacted.make(yield* programUrl)
      const bus = Context.get(yield* started(url), RoomBus)
      const ear = yield* PgConnection.make({ url })
      const said = yield* ear.listen("opsdesk_wakes")
      for (let times = 0; times < 1000; times++) yield* bus.wake
      const first = yield* Queue.take(said)
      yield* Effect.sleep("100 millis")
      assert.isAtMost((yield* Queue.clear(said)).length, 1)
      assert.match(first.payload, /^[0-9a-f]{8}$/)
    }))

  it.effect("tells of what is committed, and of nothing that is not", () =>
    Effect.gen(function*() {
      const context = yield* started(Redacted.make(yield* programUrl))
      const wakes = yield* Context.get(context, RoomBus).wakes
      yield* PubSub.take(wakes)
      const { atomic } = Context.get(context, Transaction)
      const here = Effect.provideContext(context)
      yield* Effect.exit(here(atomic(Effect.andThen(mark("not kept"), Effect.fail("no")))))
      assert.lengthOf(yield* PubSub.takeUpTo(wakes, 9), 0)
      yield* here(atomic(atomic(mark("kept"))))
      assert.lengthOf(yield* PubSub.takeUpTo(wakes, 9), 1)
    }))
})

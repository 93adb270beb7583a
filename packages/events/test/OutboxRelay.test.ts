import { assert, layer } from "@effect/vitest"
import type { Outgoing } from "@opsdesk/capabilities/Broker"
import { Broker, Unroutable } from "@opsdesk/capabilities/Broker"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Deferred, Duration, Effect, Fiber, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"
import { OutboxRelay } from "../src/OutboxRelay.ts"
import { OutboxStore } from "../src/OutboxStore.ts"
import { command, eventsOf, newTickets, TestDelivery, until } from "./TestDelivery.ts"

const lease = Duration.seconds(4)
const longLease = Duration.minutes(1)

const pending = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ count: number }>`select count(*) as count from outbox`
  return row?.count ?? 0
})

/** Notes what it is asked to publish, and lets a test say what comes of it. */
const recording = Effect.fnUntraced(function*(
  publish: (messages: ReadonlyArray<Outgoing>) => Effect.Effect<void, DependencyUnavailable | Unroutable> = () =>
    Effect.void
) {
  const real = yield* Broker
  const published: Array<Outgoing> = []
  const broker = Broker.of({
    ...real,
    publish: (messages) => Effect.andThen(publish(messages), Effect.sync(() => void published.push(...messages)))
  })
  const relay = yield* Effect.provide(OutboxRelay.make, Layer.succeed(Broker, broker))
  return { published, relay }
})

const emptied = until(Effect.map(pending, (count) => count === 0))

const seqsOf = (published: ReadonlyArray<Outgoing>, ticketId: string): ReadonlyArray<number> =>
  published.map(({ body }) => JSON.parse(body)).filter((event) => event.ticketId === ticketId).map(({ seq }) => seq)

layer(TestDelivery, { excludeTestServices: true })("a relay", (it) => {
  it.effect("publishes each event with its id and type, in the order of its ticket, and then deletes it", () =>
    Effect.gen(function*() {
      const { published, relay } = yield* recording()
      const tickets = yield* newTickets(20)
      for (let at = 0; at < 5; at++) yield* Effect.forEach(tickets, (ticket) => command(ticket), { concurrency: 5 })
      const running = yield* Effect.forkChild(relay.run({ queues: [], lease }))
      yield* emptied
      yield* Fiber.interrupt(running)
      const events = yield* eventsOf(tickets)
      assert.deepStrictEqual(
        published.map(({ id, type }) => [id, type]).toSorted(),
        events.map(({ id, type }): Array<string> => [id, type]).toSorted()
      )
      for (const ticket of tickets) assert.deepStrictEqual(seqsOf(published, ticket), [1, 2, 3, 4, 5])
      const [first] = published
      const envelope = JSON.parse(first?.body ?? "")
      assert.hasAllKeys(envelope, [
        "id",
        "position",
        "type",
        "occurredAt",
        "ticketId",
        "seq",
        "actorId",
        "requestId",
        "traceparent",
        "payload"
      ])
      assert.match(envelope.occurredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    }))

  it.effect("deletes nothing before the broker has it, and tries again until it does", () =>
    Effect.gen(function*() {
      let failures = 2
      const { published, relay } = yield* recording(() =>
        Effect.suspend(() =>
          failures-- > 0 ? Effect.fail(new DependencyUnavailable({ dependency: "rabbitmq" })) : Effect.void
        )
      )
      const [ticket] = yield* newTickets(1)
      if (ticket === undefined) return assert.fail("no ticket")
      yield* command(ticket)
      const running = yield* Effect.forkChild(relay.run({ queues: [], lease }))
      yield* until(Effect.sync(() => failures <= 0))
      assert.strictEqual(yield* pending, 1)
      yield* emptied
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(seqsOf(published, ticket), [1])
    }))

  it.effect("makes the queues anew when one has gone, and then publishes what it would have taken", () =>
    Effect.gen(function*() {
      let refusals = 1
      const { published, relay } = yield* recording((messages) =>
        Effect.suspend(() =>
          refusals-- > 0 ? Effect.fail(new Unroutable({ ids: messages.map(({ id }) => id) })) : Effect.void
        )
      )
      const [ticket] = yield* newTickets(1)
      if (ticket === undefined) return assert.fail("no ticket")
      yield* command(ticket)
      const running = yield* Effect.forkChild(relay.run({ queues: [], lease }))
      yield* emptied
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(seqsOf(published, ticket), [1])
    }))

  it.effect("shares the outbox with the others, and leaves its share to them when it stops", () =>
    Effect.gen(function*() {
      const relays = yield* Effect.forEach([1, 2, 3], () => recording())
      const running = yield* Effect.forEach(relays, ({ relay }) => Effect.forkChild(relay.run({ queues: [], lease })))
      const sql = yield* SqlClient.SqlClient
      const shares = Effect.map(
        sql<{ share: number }>`
          select count(*) as share from relay_leases where expires_at > now() group by holder order by 1`,
        (rows) => rows.map(({ share }) => share)
      )
      yield* until(Effect.map(shares, (found) => found.join() === "2,3,3"))
      const tickets = yield* newTickets(60)
      for (let at = 0; at < 4; at++) yield* Effect.forEach(tickets, (ticket) => command(ticket), { concurrency: 8 })
      yield* emptied
      const all = relays.flatMap(({ published }) => published)
      assert.strictEqual(new Set(all.map(({ id }) => id)).size, 240)
      for (const { published } of relays) {
        assert.isAbove(published.length, 0)
        for (const ticket of tickets) {
          // What a relay could not delete in time comes twice; the order is that of the first time.
          const seqs = [...new Set(seqsOf(published, ticket))]
          assert.deepStrictEqual(seqs, seqs.toSorted((a, b) => a - b))
        }
      }
      const [first, ...rest] = running
      if (first === undefined) return assert.fail("no relay")
      yield* Fiber.interrupt(first)
      yield* until(Effect.map(shares, (found) => found.join() === "4,4"))
      yield* Effect.forEach(rest, Fiber.interrupt)
      assert.deepStrictEqual(yield* shares, [])
    }))

  it.effect("that was frozen past its lease deletes nothing of what is somebody else's by then", () =>
    Effect.gen(function*() {
      const store = yield* OutboxStore
      const { atomic } = yield* Transaction
      const [a, b] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"] as const
      const [ticket] = yield* newTickets(1)
      if (ticket === undefined) return assert.fail("no ticket")
      yield* command(ticket)
      // The server has other databases, and whatever runs in them holds the horizon back.
      const everyPart = Array.from({ length: 8 }, (_, partition) => ({ partition, fence: 0 }))
      yield* until(Effect.map(store.due(everyPart, 10), ({ length }) => length === 1))
      const frozen = yield* atomic(store.lease(a, 8, Duration.millis(50)))
      assert.strictEqual(frozen.length, 8)
      const positions = (yield* eventsOf([ticket])).map(({ position }) => position)
      yield* Effect.sleep("60 millis")
      const taken = yield* atomic(store.lease(b, 8, longLease))
      assert.strictEqual(taken.length, 8)
      assert.strictEqual(yield* atomic(store.published(a, frozen, positions)), 0)
      // Not under the other's number either, nor under its own once it holds the part again.
      assert.strictEqual(yield* atomic(store.published(a, taken, positions)), 0)
      yield* atomic(store.leave(b))
      yield* atomic(store.lease(a, 8, longLease))
      assert.strictEqual(yield* atomic(store.published(a, frozen, positions)), 0)
      assert.strictEqual(yield* pending, 1)
      yield* atomic(store.leave(a))
      const mine = yield* atomic(store.lease(b, 8, longLease))
      assert.strictEqual(yield* atomic(store.published(b, mine, positions)), 1)
      yield* atomic(store.leave(b))
    }))

  it.effect("waits for a transaction that began before, and loses nothing of it", () =>
    Effect.gen(function*() {
      const { published, relay } = yield* recording()
      const sql = yield* SqlClient.SqlClient
      const [slow, quick] = yield* newTickets(2)
      if (slow === undefined || quick === undefined) return assert.fail("no ticket")
      const begun = yield* Deferred.make<void>()
      const mayEnd = yield* Deferred.make<void>()
      const open = yield* Effect.forkChild(
        command(slow, "ticket.updated", Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(mayEnd)))
      )
      yield* Deferred.await(begun)
      yield* command(quick)
      const looked = yield* Queue.unbounded<void>()
      const running = yield* Effect.forkChild(
        relay.run({
          queues: [],
          lease,
          woken: Effect.andThen(Queue.offer(looked, undefined), Effect.sleep("10 millis"))
        })
      )
      yield* Queue.takeN(looked, 3)
      assert.deepStrictEqual(published, [])
      const [row] = yield* sql<{ count: number }>`select count(*) as count from outbox`
      assert.strictEqual(row?.count, 1)
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(open)
      yield* emptied
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual([seqsOf(published, slow), seqsOf(published, quick)], [[1], [1]])
    }))

  it.effect("publishes for one queue alone what somebody wants to have again", () =>
    Effect.gen(function*() {
      const { published, relay } = yield* recording()
      const sql = yield* SqlClient.SqlClient
      const [ticket] = yield* newTickets(1)
      if (ticket === undefined) return assert.fail("no ticket")
      yield* command(ticket)
      const [event] = yield* eventsOf([ticket])
      if (event === undefined) return assert.fail("no event")
      yield* sql`delete from outbox`
      yield* sql`insert into redeliveries (queue, position) values ('opsdesk.one', ${event.position})`
      yield* sql`
        insert into redeliveries (queue, message_id, type, body) values ('opsdesk.two', ${event.id}, 'odd', '{}')`
      const running = yield* Effect.forkChild(relay.run({ queues: [], lease }))
      yield* until(Effect.map(sql`select from redeliveries`, (rows) => rows.length === 0))
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(
        published.map(({ id, queue, type }) => [queue, type, id]),
        [["opsdesk.one", "ticket.updated", event.id], ["opsdesk.two", "odd", event.id]]
      )
    }))
})

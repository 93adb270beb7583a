import { assert, layer } from "@effect/vitest"
import type { Delivery } from "@opsdesk/capabilities/Broker"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { EventId } from "@opsdesk/kernel/Ids"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Consumer } from "../src/Consumer.ts"
import { encodeEvent } from "../src/envelope.ts"
import {
  command,
  eventsOf,
  inboxOf,
  lettersOf,
  newTickets,
  noting,
  ownWord,
  registered,
  TestDelivery
} from "./TestDelivery.ts"

const delivered = (event: EventEnvelope, change: Partial<Delivery> = {}): Delivery => ({
  id: event.id,
  type: event.type,
  body: encodeEvent(event),
  retries: 0,
  redelivered: false,
  ...change
})

/** A consumer that notes its effects, and fails on the events that it is told to fail on. */
const aConsumer = Effect.fnUntraced(function*(types: ReadonlyArray<string> = ["#"]) {
  const name = ownWord()
  const { note, noted } = yield* noting(name)
  const failing = new Set<string>()
  const batches: Array<number> = []
  const consumer: Consumer = {
    name,
    about: "for tests",
    types,
    run: Effect.fnUntraced(function*(events) {
      batches.push(events.length)
      yield* note(events)
      if (events.some(({ id }) => failing.has(id))) return yield* Effect.fail(new Error("it cannot be done"))
    })
  }
  return { name, noted, failing, batches, ...(yield* registered(consumer)) }
})

const tags = (settlements: ReadonlyArray<{ readonly _tag: string }>) => settlements.map(({ _tag }) => _tag)

layer(TestDelivery, { excludeTestServices: true })("an event at a consumer", (it) => {
  const told = Effect.fnUntraced(function*(count: number, tickets = 1) {
    const ids = yield* newTickets(tickets)
    for (let at = 0; at < count; at++) yield* Effect.forEach(ids, (id) => command(id))
    const [ticket] = ids
    if (ticket === undefined) return yield* Effect.die(new Error("no ticket"))
    return { ticket, ids }
  })

  it.effect("takes effect once, however often it is delivered, in one batch with what came along", () =>
    Effect.gen(function*() {
      const { batches, handle, name, noted } = yield* aConsumer()
      const { ids, ticket } = yield* told(4, 3)
      const deliveries = (yield* eventsOf(ids)).map((event) => delivered(event))
      const first = yield* handle([...deliveries, ...deliveries.slice(0, 3)])
      const again = yield* handle(deliveries.toReversed())
      assert.deepStrictEqual(new Set(tags([...first, ...again])), new Set(["Done"]))
      for (const id of ids) assert.deepStrictEqual(yield* noted(id), [1, 2, 3, 4])
      assert.deepStrictEqual(batches, [12])
      assert.deepStrictEqual((yield* inboxOf(name, ticket)).map(({ state }) => state), Array(4).fill("settled"))
    }))

  it.effect("waits in the inbox for the one before it, and follows it at once; other tickets do not wait", () =>
    Effect.gen(function*() {
      const { handle, name, noted } = yield* aConsumer()
      const { ids, ticket } = yield* told(4, 2)
      const events = yield* eventsOf(ids)
      const mine = events.filter(({ ticketId }) => ticketId === ticket)
      const others = events.filter(({ ticketId }) => ticketId !== ticket)
      yield* handle([...mine.slice(1), ...others].map((event) => delivered(event)))
      assert.deepStrictEqual(yield* noted(ticket), [])
      assert.deepStrictEqual((yield* inboxOf(name, ticket)).map(({ seq, state }) => [seq, state]), [[2, "parked"], [
        3,
        "parked"
      ], [4, "parked"]])
      assert.deepStrictEqual(yield* noted(others[0]?.ticketId ?? ticket), [1, 2, 3, 4])
      yield* handle(mine.slice(0, 1).map((event) => delivered(event)))
      assert.deepStrictEqual(yield* noted(ticket), [1, 2, 3, 4])
    }))

  it.effect("does not wait for events that are not the consumer's business, nor for those of before its time", () =>
    Effect.gen(function*() {
      const [ticket] = yield* newTickets(1)
      if (ticket === undefined) return assert.fail("no ticket")
      yield* command(ticket, "ticket.created")
      const { handle, noted } = yield* aConsumer(["ticket.assigned", "message.*"])
      for (const type of ["ticket.updated", "ticket.assigned", "ticket.updated", "message.sent"]) {
        yield* command(ticket, type)
      }
      const events = yield* eventsOf([ticket])
      yield* handle(events.slice(4).map((event) => delivered(event)))
      assert.deepStrictEqual(yield* noted(ticket), [])
      yield* handle(events.slice(2, 3).map((event) => delivered(event)))
      assert.deepStrictEqual(yield* noted(ticket), [3, 5])
    }))

  it.effect("that fails comes again after each of its steps, holds its ticket and nobody else, and dies after the last", () =>
    Effect.gen(function*() {
      const { failing, handle, name, noted, queue } = yield* aConsumer()
      const { ids, ticket } = yield* told(3, 3)
      const events = yield* eventsOf(ids)
      const mine = events.filter(({ ticketId }) => ticketId === ticket)
      const [first] = mine
      if (first === undefined) return assert.fail("no event")
      failing.add(first.id)
      const settlements = yield* handle(events.map((event) => delivered(event)))
      assert.deepStrictEqual(settlements[0], { _tag: "Retry", step: 0, error: "it cannot be done" })
      assert.deepStrictEqual(tags(settlements.slice(1)), Array(8).fill("Done"))
      for (const other of ids.slice(1)) assert.deepStrictEqual(yield* noted(other), [1, 2, 3])
      for (const retries of [1, 2]) {
        assert.deepStrictEqual(yield* handle([delivered(first, { retries })]), [
          { _tag: "Retry", step: retries, error: "it cannot be done" }
        ])
      }
      assert.deepStrictEqual(yield* noted(ticket), [])
      assert.deepStrictEqual(tags(yield* handle([delivered(first, { retries: 3 })])), ["Done"])
      assert.deepStrictEqual(yield* noted(ticket), [2, 3])
      assert.deepStrictEqual(yield* inboxOf(name, ticket), [
        { seq: 1, state: "dead", attempts: 4 },
        { seq: 2, state: "settled", attempts: 1 },
        { seq: 3, state: "settled", attempts: 1 }
      ])
      assert.deepStrictEqual(yield* lettersOf(queue.name), [{
        eventId: first.id,
        type: "ticket.updated",
        attempts: 4,
        error: "it cannot be done",
        body: encodeEvent(first)
      }])
    }))

  it.effect("that fails once and then does not has left nothing of the first try", () =>
    Effect.gen(function*() {
      const { failing, handle, noted } = yield* aConsumer()
      const { ticket } = yield* told(2)
      const [first, second] = yield* eventsOf([ticket])
      if (first === undefined || second === undefined) return assert.fail("no event")
      failing.add(first.id)
      yield* handle([delivered(first), delivered(second)])
      failing.clear()
      yield* handle([delivered(first, { retries: 1 })])
      assert.deepStrictEqual(yield* noted(ticket), [1, 2])
    }))

  it.effect("that waited and then fails is tried again by the sweep, and given up in the end", () =>
    Effect.gen(function*() {
      const { failing, handle, inbox, noted, queue } = yield* aConsumer()
      const { ticket } = yield* told(3)
      const events = yield* eventsOf([ticket])
      const [first, second, third] = events
      if (first === undefined || second === undefined || third === undefined) return assert.fail("no event")
      failing.add(second.id)
      yield* handle([delivered(second), delivered(third)])
      yield* handle([delivered(first)])
      while ((yield* noted(ticket)).length === 1) {
        yield* Effect.sleep("20 millis")
        yield* inbox.followers(null)
      }
      assert.deepStrictEqual(yield* noted(ticket), [1, 3])
      assert.deepStrictEqual((yield* lettersOf(queue.name)).map(({ attempts, eventId }) => [eventId, attempts]), [[
        second.id,
        4
      ]])
    }))

  it.effect("that ends the process each time is given up after as many tries, and what came with it is not", () =>
    Effect.gen(function*() {
      const { handle, name, noted, queue } = yield* aConsumer()
      const { ids, ticket } = yield* told(1, 3)
      const [deadly, ...innocent] = yield* eventsOf(ids)
      if (deadly === undefined) return assert.fail("no event")
      const sql = yield* SqlClient.SqlClient
      // What a process leaves that has died in the middle of its tries: they are counted, and nothing else.
      yield* sql`
        insert into inbox (consumer, event_id, ticket_id, seq, state, attempts)
        values (${name}, ${deadly.id}, ${ticket}, 1, 'waiting', 4)`
      const settlements = yield* handle([deadly, ...innocent].map((event) => delivered(event, { redelivered: true })))
      assert.deepStrictEqual(tags(settlements), ["Done", "Done", "Done"])
      assert.deepStrictEqual(yield* noted(ticket), [])
      for (const other of ids.slice(1)) assert.deepStrictEqual(yield* noted(other), [1])
      assert.deepStrictEqual((yield* lettersOf(queue.name)).map(({ eventId }) => eventId), [deadly.id])
    }))

  it.effect("is tried by itself and counted before, once somebody was given it and did not settle it", () =>
    Effect.gen(function*() {
      const { batches, handle, name } = yield* aConsumer()
      const { ids, ticket } = yield* told(1, 4)
      yield* handle((yield* eventsOf(ids)).map((event, at) => delivered(event, { redelivered: at < 2 })))
      assert.deepStrictEqual(batches, [1, 1, 2])
      assert.deepStrictEqual((yield* inboxOf(name, ticket)).map(({ attempts }) => attempts), [1])
    }))

  it.effect("that is none is kept with what it said, once, and nothing else waits for it", () =>
    Effect.gen(function*() {
      const { handle, noted, queue } = yield* aConsumer()
      const { ticket } = yield* told(1)
      const [event] = yield* eventsOf([ticket])
      if (event === undefined) return assert.fail("no event")
      const nonsense: Delivery = { id: "nonsense", type: null, body: "{\"no\0\":", retries: 0, redelivered: false }
      const forged = delivered({ ...event, id: EventId.make("0198c7a2-0000-7000-8000-00000000f0f0") })
      assert.deepStrictEqual(tags(yield* handle([nonsense, delivered(event), nonsense])), ["Done", "Done", "Done"])
      yield* handle([{ ...nonsense, redelivered: true }, forged])
      const letters = yield* lettersOf(queue.name)
      assert.deepStrictEqual(letters.map(({ body, eventId, type }) => [eventId, type, body]), [
        [null, null, "{\"no\uFFFD\":"],
        ["0198c7a2-0000-7000-8000-00000000f0f0", "ticket.updated", forged.body]
      ])
      assert.match(letters[0]?.error ?? "", /^no event can be read in it: /)
      assert.strictEqual(letters[1]?.error, "no event of this desk has its id")
      assert.deepStrictEqual(yield* noted(ticket), [1])
    }))

  it.effect("that two workers are given at once takes effect once", () =>
    Effect.gen(function*() {
      const { handle, noted } = yield* aConsumer()
      const { ids } = yield* told(5, 10)
      const deliveries = (yield* eventsOf(ids)).map((event) => delivered(event))
      const all = yield* Effect.all([
        handle(deliveries),
        handle(deliveries.toReversed()),
        handle(deliveries.map((delivery) => ({ ...delivery, redelivered: true })))
      ], { concurrency: "unbounded" })
      for (const settlements of all) {
        assert.deepStrictEqual(new Set(tags(settlements)), new Set(["Done"]))
      }
      for (const id of ids) assert.deepStrictEqual(yield* noted(id), [1, 2, 3, 4, 5])
    }))

  it.effect("keeps its order when two workers are given a ticket's events by turns", () =>
    Effect.gen(function*() {
      const { handle, inbox, noted } = yield* aConsumer()
      const { ids } = yield* told(10, 5)
      const deliveries = (yield* eventsOf(ids)).map((event) => delivered(event))
      const halves = [0, 1].map((half) => deliveries.filter((_, at) => Math.floor(at / 5) % 2 === half))
      yield* Effect.forEach(halves, (half) => handle(half), { concurrency: "unbounded" })
      yield* inbox.followers(null)
      for (const id of ids) assert.deepStrictEqual(yield* noted(id), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    }))
})

import { assert, layer } from "@effect/vitest"
import type { Broker } from "@opsdesk/capabilities/Broker"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { TestRabbit } from "@opsdesk/testkit/TestRabbit"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import type { Layer } from "effect"
import { Effect, Fiber, Random } from "effect"
import { SqlClient } from "effect/sql"
import type { Consumer } from "../src/Consumer.ts"
import { delivering } from "../src/delivery.ts"
import { command, DeliveryOn, newTickets, noting, ownWord, steps, until } from "./TestDelivery.ts"

const transactions = globalThis.process.env["OPSDESK_FAULTS"] === "all" ? 5000 : 300

/** A command on one of the tickets; three times out of ten it is thrown away at its end. Says whether it was kept. */
const perhaps = Effect.fnUntraced(function*(tickets: ReadonlyArray<TicketId>) {
  const ticket = tickets[yield* Random.nextIntBetween(0, tickets.length - 1)]
  if (ticket === undefined) return yield* Effect.die(new Error("no ticket"))
  const isKept = (yield* Random.nextIntBetween(1, 10)) <= 7
  const end = isKept ? Effect.void : Effect.fail(new Error("thrown away"))
  return yield* Effect.match(command(ticket, "ticket.updated", end), { onSuccess: () => true, onFailure: () => false })
})

/** Notes everything; one that is unlucky fails once in a while, after it has noted. */
const aConsumer = Effect.fnUntraced(function*(types: ReadonlyArray<string>, isUnlucky: boolean) {
  const name = ownWord()
  const { note, noted } = yield* noting(name)
  const failed = new Set<string>()
  const consumer: Consumer = {
    name,
    about: "notes what it is told",
    types,
    run: Effect.fnUntraced(function*(events) {
      yield* note(events)
      const unlucky = events.find(({ id, position }) => position % 50 === 0 && !failed.has(id))
      if (!isUnlucky || unlucky === undefined) return
      failed.add(unlucky.id)
      return yield* Effect.fail(new Error("not yet"))
    })
  }
  return { consumer, noted }
})

const delivered = Effect.fnUntraced(function*(consumers: ReadonlyArray<Consumer>, events: number) {
  const sql = yield* SqlClient.SqlClient
  const names = consumers.map(({ name }) => name)
  const [row] = yield* sql<{ settled: number; pending: number }>`
    select (select count(*) from inbox where consumer = any(${names}::text[]) and state = 'settled') as settled,
      (select count(*) from outbox) as pending`
  return row?.settled === consumers.length * events && row.pending === 0
})

const deliveryOn = (name: string, broker: Layer.Layer<Broker> | null) =>
  layer(DeliveryOn(broker), { excludeTestServices: true })(`with ${name}, what happens`, (it) => {
    it.effect(
      `reaches every consumer once and in order, what is thrown away nobody (${transactions} transactions)`,
      () =>
        Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const lucky = yield* aConsumer(["#"], false)
          const unlucky = yield* aConsumer(["ticket.*"], true)
          const consumers = [lucky.consumer, unlucky.consumer]
          // Two programs side by side.
          const running = yield* Effect.forEach([1, 2], () => Effect.forkChild(delivering(consumers, { steps })))
          yield* until(Effect.map(sql`select from consumers`, ({ length }) => length === 2))
          const tickets = yield* newTickets(20)
          const kept = yield* Effect.forEach(Array.from({ length: transactions }), () => perhaps(tickets), {
            concurrency: 6
          })
          const committed = kept.filter((isKept) => isKept).length
          assert.isBelow(committed, transactions)
          yield* until(delivered(consumers, committed))
          yield* Effect.forEach(running, Fiber.interrupt)
          let total = 0
          for (const ticket of tickets) {
            const [row] = yield* sql<{ lastSeq: number }>`select last_seq from tickets where id = ${ticket}`
            const seqs = Array.from({ length: row?.lastSeq ?? 0 }, (_, at) => at + 1)
            total += seqs.length
            assert.deepStrictEqual(yield* lucky.noted(ticket), seqs)
            assert.deepStrictEqual(yield* unlucky.noted(ticket), seqs)
          }
          assert.strictEqual(total, committed)
        }),
      300_000
    )
  })

deliveryOn("PostgreSQL alone", null)
whenReachable("rabbitmq", (url) => deliveryOn("RabbitMQ", TestRabbit(url)))

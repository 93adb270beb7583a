import { assert, it } from "@effect/vitest"
import { commandOn, quietTickets } from "@opsdesk/testkit/faults/commands"
import { ownRabbit, QueuesOf } from "@opsdesk/testkit/faults/queues"
import { nothingWrong } from "@opsdesk/testkit/faults/verdict"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { all, faultyDesk, queuesWith } from "./faultyDesk.ts"

const outage = all ? 60 : 3

/** What a worker may grow by, whatever waits for it: the outbox is in the database. */
const flat = 50 * 1024 * 1024

const residentBytes = (url: string) =>
  Effect.promise(() => fetch(`${url}/metrics`).then((answer) => answer.text())).pipe(
    Effect.map((metrics) => Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]))
  )

whenReachable("rabbitmq", (url) => {
  it.live(
    "while RabbitMQ is away every command is kept, and what has piled up reaches everybody in order once it is back",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const direct = yield* ownRabbit(url, yield* queuesWith())
        const { port, url: through, way } = yield* wayToUrl(url, 5672)
        const desk = yield* faultyDesk({ ...direct, url: through })
        const worker = yield* desk.start(null)
        yield* desk.registered
        const tickets = yield* quietTickets(20)
        let given = 0

        const give = Effect.gen(function*() {
          const op = `op ${given++}`
          const ticket = tickets[given % tickets.length]
          if (ticket === undefined) return assert.fail("no ticket")
          yield* desk.history.note(op, "invoked")
          yield* commandOn(ticket, { op })
          yield* desk.history.note(op, "ok")
        })
        /** A hundred commands a second; each of them must be kept. */
        const giving = (seconds: number) => {
          const giver = Effect.repeat(give, Schedule.fixed("40 millis").pipe(Schedule.upTo({ times: seconds * 25 })))
          return Effect.all([giver, giver, giver, giver], { concurrency: 4, discard: true })
        }
        const goesOn = Effect.gen(function*() {
          assert.deepStrictEqual(yield* Effect.provide(desk.verdict, QueuesOf(direct)), nothingWrong)
          assert.isNull(worker.child.exitCode)
        })

        yield* giving(2)
        yield* goesOn
        const before = yield* residentBytes(worker.url)
        way.leadTo(1)
        way.cut()
        yield* giving(outage)
        const [row] = yield* sql<{ pending: number }>`select count(*) as pending from outbox`
        assert.isAtLeast(row?.pending ?? 0, outage * 50)
        const after = yield* residentBytes(worker.url)
        assert.isBelow(after - before, flat)
        way.leadTo(port)
        yield* goesOn

        for (const trouble of [way.loseReply, way.halfClose, way.cut, () => way.delay(30)]) {
          trouble()
          yield* giving(1)
        }
        way.fallSilent()
        yield* giving(1)
        way.cut()
        way.speakAgain()
        yield* goesOn
        process.stdout.write(
          `RabbitMQ away for ${outage} s: ${given} commands, 0 failed, 0 lost, 0 doubled, 0 inverted; ${
            row?.pending ?? 0
          } waited; the worker grew by ${Math.round((after - before) / 1024 / 1024)} MiB\n`
        )
      }).pipe(Effect.provide(TestStack("peopled")), Effect.scoped),
    all ? 600_000 : 180_000
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@opsdesk/capabilities/Broker"
import type { Failpoint } from "@opsdesk/capabilities/Failpoints"
import { commandOn, quietTickets } from "@opsdesk/testkit/faults/commands"
import { crewOf } from "@opsdesk/testkit/faults/crew"
import { fates } from "@opsdesk/testkit/faults/killing"
import type { Kind } from "@opsdesk/testkit/faults/queues"
import { ownRabbit, QueuesOf } from "@opsdesk/testkit/faults/queues"
import { nothingWrong } from "@opsdesk/testkit/faults/verdict"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Fiber } from "effect"
import { all, faultyDesk, queuesWith } from "./faultyDesk.ts"

const everywhere: ReadonlyArray<Failpoint> = [
  ...(all ? ["after-count-before-effect"] as const : []),
  "after-effect-before-commit",
  "after-commit-before-ack",
  "after-publish-before-delete",
  "after-claim-before-publish",
  "after-dead-before-ack"
]

/** Where it makes a difference which broker it is. */
const atTheBroker: ReadonlyArray<Failpoint> = [
  "after-retry-published-before-ack",
  "after-commit-before-ack",
  "after-publish-before-delete"
]

const events = all ? 20_000 : 400

/** Between two commands of one of four who give them: the last is given about when the last process dies. */
const pace = all ? "50 millis" : "20 millis"

/**
 * Of so many events one makes its consumer stumble, and of so many messages one is none. Each ticket in turn where there
 * are many; of a few, some must flow on.
 */
const stumbles = all ? 27 : 25
const nonsense = 40

/** Workers die and others take their place while commands are given, and go on until each has met its fate. */
const survive = (kind: Kind, kills: number, points: ReadonlyArray<Failpoint>) =>
  Effect.gen(function*() {
    const desk = yield* faultyDesk(kind)
    const broker = yield* Broker
    const crew = yield* crewOf(3, yield* fates(kills, points, all ? 5 : 2), desk.start)
    yield* desk.registered
    const tickets = yield* quietTickets(all ? 200 : 20)
    const unreadable: Array<string> = []
    let given = 0
    let isOver = false
    const giveOne = Effect.gen(function*() {
      const at = given++
      const op = `op ${at}`
      const ticket = tickets[at % tickets.length]
      if (ticket === undefined) return assert.fail("no ticket")
      yield* desk.history.note(op, "invoked")
      yield* commandOn(ticket, { op, mood: at % stumbles === 0 ? "stumbles" : "none" })
      yield* desk.history.note(op, "ok")
      if (at % nonsense !== 0) return
      const body = `no event, but ${op}`
      unreadable.push(body)
      yield* broker.publish([{ id: op, type: "", body, queue: "opsdesk.effects" }])
    })
    const giver = Effect.repeat(Effect.andThen(giveOne, Effect.sleep(pace)), {
      while: () => given < events || !isOver
    })
    const giving = yield* Effect.forkChild(Effect.all([giver, giver, giver, giver], { concurrency: 4, discard: true }))
    yield* Effect.raceFirst(crew.survived, Effect.andThen(Fiber.join(giving), Effect.never))
    isOver = true
    yield* Fiber.join(giving)
    const verdict = yield* desk.verdict
    const letters = yield* desk.letters
    const unexpected = letters.filter(({ body }) => !unreadable.includes(body))
    assert.deepStrictEqual({ ...verdict, unexpected }, { ...nothingWrong, unexpected: [] })
    assert.strictEqual(letters.length, unreadable.length)
    assert.strictEqual(crew.kills(), kills)
    process.stdout.write(
      `${kind === "postgres" ? "PostgreSQL" : "RabbitMQ"}: ${kills} kills over ${given} events: ` +
        `0 lost, 0 doubled, 0 inverted; ${yield* desk.absorbed} redeliveries absorbed\n`
    )
  })

const limit = all ? 3_600_000 : 300_000

describe("workers that are killed in the middle of anything", () => {
  it.live(
    "lose nothing, do nothing twice and keep the order of each ticket, on PostgreSQL",
    () =>
      survive("postgres", all ? 200 : 6, everywhere).pipe(
        Effect.provide(QueuesOf("postgres")),
        Effect.provide(TestStack("peopled")),
        Effect.scoped
      ),
    limit
  )

  whenReachable("rabbitmq", (url) => {
    it.live(
      "lose nothing, do nothing twice and keep the order of each ticket, on RabbitMQ",
      () =>
        Effect.gen(function*() {
          const kind = yield* ownRabbit(url, yield* queuesWith())
          const points = all ? [...new Set([...everywhere, ...atTheBroker])] : atTheBroker
          yield* Effect.provide(survive(kind, all ? 200 : 4, points), QueuesOf(kind))
        }).pipe(Effect.provide(TestStack("peopled")), Effect.scoped),
      limit
    )
  })
})

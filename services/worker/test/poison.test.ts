import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@opsdesk/capabilities/Broker"
import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { DeadLetterId } from "@opsdesk/kernel/Ids"
import { commandOn, quietTickets } from "@opsdesk/testkit/faults/commands"
import type { Kind } from "@opsdesk/testkit/faults/queues"
import { emptied, ownRabbit, QueuesOf } from "@opsdesk/testkit/faults/queues"
import { nothingWrong } from "@opsdesk/testkit/faults/verdict"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Fiber, Schedule } from "effect"
import { all, faultyDesk, queuesWith } from "./faultyDesk.ts"
import { fixed } from "./fixtures/effects.ts"

const good = all ? 10_000 : 300
const nonsense = "this is no event"

/** Three tries. What ends the process each time may do so once more: with others in a batch it is not counted. */
const steps = [20, 40]

const moods = new Map([[Math.floor(good / 3), "throws"], [Math.floor(good / 2), "kills"]])

const poisoned = (kind: Kind) =>
  Effect.gen(function*() {
    const desk = yield* faultyDesk(kind, steps)
    const broker = yield* Broker
    let deaths = 0

    /** A worker that is started again each time it dies. */
    const supervised = (more: Record<string, string>) =>
      Effect.forever(Effect.scoped(Effect.gen(function*() {
        const program = yield* desk.start(null, more)
        const end = yield* program.ended
        if (end !== "SIGKILL") return assert.fail(`it ended with ${end}: ${JSON.stringify(program.output())}`)
        deaths++
      })))

    const working = yield* Effect.forkChild(supervised({}))
    yield* Effect.raceFirst(desk.registered, Fiber.join(working))
    const tickets = yield* quietTickets(50)
    const poison = new Array<string>()
    for (let at = 0; at < good + moods.size; at++) {
      const ticket = tickets[at % tickets.length]
      if (ticket === undefined) return assert.fail("no ticket")
      const mood = moods.get(at) ?? "none"
      const op = `${mood} ${at}`
      yield* desk.history.note(op, "invoked")
      yield* commandOn(ticket, { op, mood })
      if (mood === "none") yield* desk.history.note(op, "ok")
      else poison.push(op)
    }
    yield* broker.publish([{ id: "nonsense", type: "", body: nonsense, queue: "opsdesk.effects" }])

    const buried = Effect.repeat(desk.letters, {
      until: (letters) => letters.length >= 3,
      schedule: Schedule.spaced("50 millis")
    })
    const letters = yield* Effect.raceFirst(buried, Fiber.join(working))
    assert.deepStrictEqual(yield* desk.verdict, nothingWrong)
    assert.include([3, 4], deaths)

    const opOf = (body: string) => body === nonsense ? nonsense : JSON.parse(body).payload.op
    const causes = new Map(letters.map(({ attempts, body, error }) => [opOf(body), { attempts, error }]))
    assert.deepStrictEqual([...causes.keys()].toSorted(), [...poison, nonsense].toSorted())
    const [throws = "", kills = ""] = poison
    assert.deepStrictEqual(causes.get(throws), { attempts: 3, error: "nobody can act on this" })
    assert.deepStrictEqual(causes.get(kills), {
      attempts: 3,
      error: "each try ended before it could be told why: the process died"
    })
    assert.match(causes.get(nonsense)?.error ?? "", /^no event can be read in it: /)
    yield* Fiber.interrupt(working)

    // Whoever operates the desk has its consumer mended, and all of it done again, twice over.
    const mended = yield* Effect.forkChild(supervised({ [fixed]: "yes" }))
    const operators = yield* DeadLetterDesk
    for (const times of [1, 2]) {
      for (const { id } of letters) yield* operators.replayAsOperator(DeadLetterId.make(id))
      yield* Effect.raceFirst(desk.settled(good + 2), Fiber.join(mended))
      assert.strictEqual((yield* desk.taken).length, good + 2, `replayed ${times} times`)
      const again = Effect.repeat(desk.letters, {
        until: (list) => list.length === 1,
        schedule: Schedule.spaced("50 millis")
      })
      const [letter] = yield* Effect.raceFirst(again, Fiber.join(mended))
      assert.strictEqual(letter?.body, nonsense)
    }
    // And once more past the list, as replayed events are.
    yield* desk.redeliver(poison)
    yield* emptied(desk.queues)
    yield* Fiber.interrupt(mended)
    const taken = (yield* desk.taken).map(({ op }) => op)
    assert.strictEqual(taken.length, good + 2)
    for (const op of poison) assert.strictEqual(taken.filter((one) => one === op).length, 1)
  })

const limit = all ? 3_600_000 : 180_000

describe("poison among good messages", () => {
  it.live(
    "is given up with its cause, it alone, and takes effect once when it is done again, on PostgreSQL",
    () =>
      poisoned("postgres").pipe(
        Effect.provide([QueuesOf("postgres"), DeadLetterDesk.layer]),
        Effect.provide(TestStack("peopled")),
        Effect.scoped
      ),
    limit
  )

  whenReachable("rabbitmq", (url) => {
    it.live(
      "is given up with its cause, it alone, and takes effect once when it is done again, on RabbitMQ",
      () =>
        Effect.gen(function*() {
          const kind = yield* ownRabbit(url, yield* queuesWith(steps))
          yield* Effect.provide(poisoned(kind), [QueuesOf(kind), DeadLetterDesk.layer])
        }).pipe(Effect.provide(TestStack("peopled")), Effect.scoped),
      limit
    )
  })
})

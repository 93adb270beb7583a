import { assert, describe, it } from "@effect/vitest"
import type { Failpoint } from "@opsdesk/capabilities/Failpoints"
import { commandOn, quietTickets } from "@opsdesk/testkit/faults/commands"
import { killGroup, thaw, untilSaid } from "@opsdesk/testkit/faults/crew"
import { freezingAt, frozen } from "@opsdesk/testkit/faults/killing"
import type { Kind } from "@opsdesk/testkit/faults/queues"
import { ownRabbit, QueuesOf } from "@opsdesk/testkit/faults/queues"
import { nothingWrong, verdictOn } from "@opsdesk/testkit/faults/verdict"
import { statusOf } from "@opsdesk/testkit/RunningProgram"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { cache } from "../src/consumers/cache.ts"
import { all, faultyDesk, queuesWith } from "./faultyDesk.ts"
import { effects } from "./fixtures/effects.ts"

/** At each of them a worker holds something: a part of the outbox, or what it was handed out. */
const places: ReadonlyArray<Failpoint> = [
  "after-publish-before-delete",
  "after-claim-before-publish",
  "after-commit-before-ack",
  "after-effect-before-commit",
  "after-count-before-effect"
]

const everywhere = Array.from({ length: all ? 20 : 1 }, () => places).flat()

/** Where it makes a difference which broker it is. */
const atTheBroker: ReadonlyArray<Failpoint> = ["after-publish-before-delete", "after-effect-before-commit"]

/** Of so many events one makes its consumer stumble, so that it is tried by itself. */
const stumbles = 5

/** One worker stops at each of these places in turn, while another works on. */
const survive = (kind: Kind, points: ReadonlyArray<Failpoint>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const desk = yield* faultyDesk(kind)
    // Where it stops, it stops with what the verdict counts.
    const stopping = { ...freezingAt(points), OPSDESK_TEST_ACTS_FOR: effects.name }
    const [steady, stopped] = yield* Effect.all([desk.start(null), desk.start(null, stopping)], { concurrency: 2 })
    // What has stopped would not hear that it should end.
    yield* Effect.addFinalizer(() => killGroup(stopped))
    yield* desk.registered
    const tickets = yield* quietTickets(20)
    let given = 0

    const give = Effect.gen(function*() {
      const at = given++
      const op = `op ${at}`
      const ticket = tickets[at % tickets.length]
      if (ticket === undefined) return assert.fail("no ticket")
      yield* desk.history.note(op, "invoked")
      yield* commandOn(ticket, { op, mood: at % stumbles === 0 ? "stumbles" : "none" })
      yield* desk.history.note(op, "ok")
      yield* Effect.sleep("10 millis")
    })
    const giving = Effect.forever(Effect.uninterruptible(give))

    const leases = Effect.map(
      sql<{ lease: string }>`select distinct lease from queue_messages where lease is not null`,
      (rows) => new Set(rows.map(({ lease }) => lease))
    )

    /** Whatever was given has taken effect at each of some consumers. */
    const done = (names: ReadonlyArray<string>) =>
      Effect.repeat(
        sql`
          select from unnest(${names}::text[]) as c(name) cross join events e
          where not exists (
            select from inbox i where i.consumer = c.name and i.event_id = e.id and i.state = 'settled'
          )`,
        { until: (rows) => rows.length === 0, schedule: Schedule.spaced("50 millis") }
      )

    /** Nothing lies in a queue of PostgreSQL under a lease of before: what the stopped one had is another's, or done. */
    const takenOver = (before: ReadonlySet<string>) =>
      Effect.repeat(leases, { until: (now) => now.isDisjointFrom(before), schedule: Schedule.spaced("50 millis") })

    /** It may have said that it stops a moment before it does. */
    const goesOn = Effect.repeat(Effect.andThen(thaw(stopped), statusOf(`${stopped.url}/health/live`)), {
      until: (status) => status === 200,
      schedule: Schedule.spaced("100 millis")
    })

    for (let nth = 1; nth <= points.length; nth++) {
      yield* Effect.raceFirst(untilSaid(frozen(nth), stopped), giving)
      const held = yield* leases
      yield* done([effects.name, cache.name])
      yield* takenOver(held)
      assert.deepStrictEqual(yield* desk.verdict, nothingWrong)
      yield* Effect.raceFirst(goesOn, untilSaid(frozen(nth + 1), stopped))
    }

    // It goes on as if nothing had been, and alone.
    yield* killGroup(steady)
    yield* Effect.repeat(give, { times: 40 })
    yield* done([effects.name])
    assert.deepStrictEqual(verdictOn(yield* desk.history.read, yield* desk.taken), nothingWrong)
    assert.deepStrictEqual(yield* desk.letters, [])
    assert.isNull(stopped.child.exitCode)
    process.stdout.write(
      `${kind === "postgres" ? "PostgreSQL" : "RabbitMQ"}: ${points.length} freezes over ${given} events: ` +
        `0 lost, 0 doubled, 0 inverted; ${yield* desk.absorbed} redeliveries absorbed\n`
    )
  })

const limit = all ? 3_600_000 : 300_000

describe("a worker that is stopped until another has its work, and then goes on", () => {
  it.live(
    "ends nothing that is the other's by then, does nothing twice, and works on, on PostgreSQL",
    () =>
      survive("postgres", everywhere).pipe(
        Effect.provide(QueuesOf("postgres")),
        Effect.provide(TestStack("peopled")),
        Effect.scoped
      ),
    limit
  )

  whenReachable("rabbitmq", (url) => {
    it.live(
      "ends nothing that is the other's by then, does nothing twice, and works on, on RabbitMQ",
      () =>
        Effect.gen(function*() {
          const { prefix } = yield* ownRabbit(url, yield* queuesWith())
          // The server takes a consumer for dead after two beats without a word.
          const impatient = new URL(url)
          impatient.searchParams.set("heartbeat", "2")
          const kind = { url: impatient.href, prefix }
          yield* Effect.provide(survive(kind, all ? everywhere : atTheBroker), QueuesOf(kind))
        }).pipe(Effect.provide(TestStack("peopled")), Effect.scoped),
      limit
    )
  })
})

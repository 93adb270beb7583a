import { assert, layer } from "@effect/vitest"
import type { CurrentActor } from "@opsdesk/access/Actor"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { as, teamIdOf } from "@opsdesk/testkit/actors"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { DateTime, Effect } from "effect"
import * as fc from "fast-check"
import { dayOf } from "../src/Day.ts"
import { DayClosing } from "../src/DayClosing.ts"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import type { ReportDesk } from "../src/ReportDesk.ts"
import { at, deliver, eventsAfter, Reporting, reportOn } from "./aWeek.ts"
import { naiveReport, written } from "./naiveReport.ts"

const start = DateTime.toEpochMillis(DateTime.makeUnsafe("2026-03-01T00:00:00Z"))
const hour = 3_600_000

const someTeam = fc.constantFrom(null, teamIdOf("Support"), teamIdOf("Network"))
const someone = fc.constantFrom("carla", "chris", "ada", "amir", "nora", "alex")
const which = fc.nat(1_000)

/** What people do, and what the machinery does with it: it delivers late, again, and never in one order of all tickets. */
const something = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant("open"), by: someone, teamId: someTeam }) },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("move"),
      which,
      by: fc.constantFrom("alex", "alex", "carla"),
      to: fc.constantFrom("open", "in_progress", "waiting", "resolved", "closed")
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("say"),
      which,
      by: someone,
      visibility: fc.constantFrom("public", "internal")
    })
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("hand"), which, teamId: someTeam }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("deliver"), which, some: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("again"), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("close") }) }
)

type Something = typeof something extends fc.Arbitrary<infer One> ? One : never

layer(Reporting(), { excludeTestServices: true, timeout: "120 seconds" })("whatever people do", (it) => {
  it.effect(
    "what is kept, what is built anew and what somebody works out by hand are the same, every day",
    () =>
      Effect.gen(function*() {
        const tickets = yield* TicketDesk
        const messages = yield* MessageDesk
        const builder = yield* ReportBuilder
        const closing = yield* DayClosing
        yield* builder.rebuild()
        const run = Effect.runPromiseWith(
          yield* Effect.context<
            Effect.Services<ReturnType<typeof deliver>> | Effect.Services<typeof written> | ReportDesk
          >()
        )
        const opened: Array<TicketId> = []
        const waiting: Array<EventEnvelope> = []
        const delivered: Array<EventEnvelope> = []
        let now = start
        let position = 0
        let closedInAll = 0

        /** Of each ticket the oldest first; of tickets any. */
        const next = (from: number, some: number) => {
          const chunk: Array<EventEnvelope> = []
          for (let i = 0; i < some && waiting.length > 0; i++) {
            const ticketId = waiting[(from + i * 7) % waiting.length]?.ticketId
            const index = waiting.findIndex((event) => event.ticketId === ticketId)
            chunk.push(...waiting.splice(index, 1))
          }
          return chunk
        }
        const heard = Effect.gen(function*() {
          const fresh = yield* eventsAfter(position)
          waiting.push(...fresh)
          position = fresh.at(-1)?.position ?? position
        })
        /** What the desk refuses changes nothing, and that is fine. */
        const tried = <A, E>(effect: Effect.Effect<A, E, CurrentActor>) => Effect.exit(effect.pipe(at(now)))
        const on = (n: number) => opened[n % opened.length]

        const happen = Effect.fnUntraced(function*(one: Something) {
          now += 1_000 + (JSON.stringify(one).length * 97_001) % (6 * hour)
          if (one.does === "open") {
            const made = yield* tickets.open({
              title: "It",
              description: "",
              type: "incident",
              priority: "normal",
              teamId: one.teamId
            }).pipe(at(now), as(one.by))
            return void opened.push(made.id)
          }
          if (one.does === "close") return void (closedInAll += (yield* at(now)(closing.closeDays())).length)
          if (one.does === "deliver") {
            yield* heard
            const chunk = next(one.which, one.some)
            delivered.push(...chunk)
            return yield* deliver(chunk)
          }
          if (one.does === "again") {
            return yield* deliver(delivered.slice(one.which % (delivered.length + 1)).slice(0, 5))
          }
          const id = on(one.which)
          if (id === undefined) return
          if (one.does === "move") yield* as(one.by)(tried(tickets.changeStatus(id, { status: one.to })))
          if (one.does === "say") {
            yield* as(one.by)(tried(messages.send(id, { body: "Hm", visibility: one.visibility })))
          }
          if (one.does === "hand") yield* as("alex")(tried(tickets.edit(id, { teamId: one.teamId })))
        })

        const agree = Effect.fnUntraced(function*(of: string) {
          const all = yield* written
          for (let time = start - 24 * hour; time < now + 48 * hour; time += 24 * hour) {
            const date = dayOf(DateTime.makeUnsafe(time))
            const expected = date > dayOf(DateTime.makeUnsafe(now))
              ? { ...naiveReport({ tickets: [], moves: [], messages: [], handings: [] }, date) }
              : naiveReport(all, date)
            assert.deepStrictEqual(yield* at(now)(reportOn(date)), expected, `${of}, ${date}`)
          }
        })

        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(fc.array(something, { minLength: 20, maxLength: 40, size: "max" }), (story) =>
              run(Effect.gen(function*() {
                for (const one of story) yield* happen(one)
                yield* heard
                while (waiting.length > 0) {
                  yield* deliver(next(0, 20))
                }
                yield* agree("kept")
                yield* happen({ does: "close" })
                yield* agree("closed")
                yield* at(now)(builder.rebuild())
                yield* agree("built anew")
              }))),
            { numRuns: 12, endOnFailure: true }
          )
        )
        assert.isAbove(opened.length, 20)
        assert.isAbove(closedInAll, 5)
      }),
    120_000
  )
})

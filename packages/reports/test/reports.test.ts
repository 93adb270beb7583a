import { assert, layer } from "@effect/vitest"
import { as } from "@opsdesk/testkit/actors"
import { Effect, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { reports } from "../src/reports.ts"
import { deliver, eventsAfter, movedAt, openedAt, Reporting, reportOn, saidAt } from "./aWeek.ts"

const newest = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ position: number }>`select coalesce(max(position), 0) as position from events`
  return row?.position ?? 0
})

/** So many tickets, each with all that counts; what the consumer hears of it. */
const somethingOn = Effect.fnUntraced(function*(day: string, tickets: number) {
  const before = yield* newest
  for (let i = 0; i < tickets; i++) {
    const { id } = yield* openedAt(`${day}T08:00:00Z`).pipe(as("carla"))
    yield* saidAt(`${day}T09:00:00Z`, id).pipe(as("alex"))
    yield* movedAt(`${day}T10:00:00Z`, id, "resolved").pipe(as("alex"))
  }
  return yield* eventsAfter(before)
})

/** How many statements an effect has sent. */
const statementsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    let statements = 0
    const counting = Tracer.make({
      span: (options) => {
        if (options.kind === "client") statements++
        return new Tracer.NativeSpan(options)
      }
    })
    yield* Effect.provideService(effect, Tracer.Tracer, counting)
    return statements
  })

layer(Reporting(), { excludeTestServices: true })("the consumer of events", (it) => {
  it.effect("says as many statements for fifty tickets as for one, and no more than nine", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(ReportBuilder, (builder) => builder.rebuild())
      const one = yield* somethingOn("2026-03-02", 1)
      const many = yield* somethingOn("2026-03-03", 50)
      const sent = [yield* statementsOf(reports.run(one)), yield* statementsOf(reports.run(many))]
      assert.deepStrictEqual(sent, [8, 8])
      // One more where some of the tickets are new and others known.
      const position = yield* newest
      for (const { ticketId } of [...one, ...many].filter(({ seq }) => seq === 1)) {
        if (ticketId !== null) yield* movedAt("2026-03-03T20:00:00Z", ticketId, "open").pipe(as("alex"))
      }
      yield* somethingOn("2026-03-03", 10)
      assert.strictEqual(yield* statementsOf(reports.run(yield* eventsAfter(position))), 9)
      assert.strictEqual((yield* reportOn("2026-03-03")).resolved, 60)
    }))

  it.effect("counts nothing that the transaction around it does not keep", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const events = yield* somethingOn("2026-03-04", 2)
      yield* Effect.exit(sql.withTransaction(Effect.andThen(reports.run(events), Effect.fail("somebody fails"))))
      assert.strictEqual((yield* reportOn("2026-03-04")).opened, 0)
      yield* deliver(events)
      yield* deliver(events)
      assert.strictEqual((yield* reportOn("2026-03-04")).opened, 2)
    }))

  it.effect("comes to the same when the last of a ticket's events comes first, or alone, or changed on its way", () =>
    Effect.gen(function*() {
      const events = yield* somethingOn("2026-03-05", 3)
      const last = events.slice(-1).map((event) => ({ ...event, payload: { to: "closed" } }))
      yield* deliver(last)
      yield* deliver(events.toReversed())
      const { closed, opened, resolved } = yield* reportOn("2026-03-05")
      assert.deepStrictEqual({ closed, opened, resolved }, { closed: 0, opened: 3, resolved: 3 })
    }))

  it.effect("takes no notice of what is about no ticket", () =>
    Effect.gen(function*() {
      const [event] = yield* eventsAfter(0)
      assert.isDefined(event)
      yield* deliver([{ ...event, type: "team.created", ticketId: null, seq: null }])
      yield* deliver([])
    }))
})

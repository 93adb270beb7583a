import { assert, layer } from "@effect/vitest"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { DateTime, Deferred, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { dayOf } from "../src/Day.ts"
import { DayClosing } from "../src/DayClosing.ts"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { at, day, deliver, eventsAfter, movedAt, openedAt, Reporting, reportOn, saidAt } from "./aWeek.ts"
import { naiveReport, written } from "./naiveReport.ts"

const rebuilt = Effect.flatMap(ReportBuilder, (builder) => builder.rebuild())

const versions = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ id: number; state: string }>`select id, state from report_versions order by id`
  return rows.map(({ state }) => state)
})

/** How many rows there are of versions that nobody reads. */
const litter = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ rows: number }>`
    select count(*) as rows from (
      select version from report_tickets union all select version from report_days
      union all select version from report_durations union all select version from report_closings
    ) r where version not in (select id from report_versions where state = 'serving')`
  return row?.rows
})

const days = ["2026-04-01", "2026-04-02", "2026-04-03"].map(day)

const agree = Effect.gen(function*() {
  const all = yield* written
  for (const date of [...days, dayOf(yield* DateTime.now)]) {
    assert.deepStrictEqual(yield* reportOn(date), naiveReport(all, date))
  }
})

layer(Reporting(), { excludeTestServices: true, timeout: "120 seconds" })(
  "a desk that is older than its reports",
  (it) => {
    const opened: Array<TicketId> = []

    it.effect("answers zeros until they are built, and delivers in vain", () =>
      Effect.gen(function*() {
        for (let i = 0; i < 20; i++) {
          const ticket = yield* openedAt(`2026-04-01T${10 + i % 10}:00:00Z`, {
            teamId: i % 2 === 0 ? null : teamIdOf("Support")
          }).pipe(as("carla"))
          opened.push(ticket.id)
          if (i % 3 === 0) yield* saidAt(`2026-04-02T0${i % 10}:00:00Z`, ticket.id).pipe(as("alex"))
          if (i % 4 === 0) yield* movedAt(`2026-04-03T0${i % 10}:30:00Z`, ticket.id, "resolved").pipe(as("alex"))
        }
        yield* deliver(yield* eventsAfter(0))
        assert.strictEqual((yield* reportOn("2026-04-01")).opened, 0)
        assert.deepStrictEqual(yield* versions, [])
      }))

    it.effect("has them built once by whichever worker starts first, with all days that are over closed", () =>
      Effect.gen(function*() {
        const builder = yield* ReportBuilder
        yield* builder.ensureBuilt()
        yield* builder.ensureBuilt()
        yield* agree
        assert.deepStrictEqual(yield* versions, ["serving"])
        const closing = yield* DayClosing
        assert.deepStrictEqual(yield* closing.closeDays(), [])
        // What is delivered now has been counted.
        yield* deliver(yield* eventsAfter(0))
        yield* agree
      }))

    it.effect("is built by one of the workers that start together, while the others leave it to them", () =>
      Effect.gen(function*() {
        const builder = yield* ReportBuilder
        yield* asOwner(
          Effect.flatMap(
            SqlClient.SqlClient,
            (sql) => sql`truncate report_versions, report_tickets, report_days, report_durations, report_closings`
          )
        )
        yield* Effect.all(
          Array.from({ length: 4 }, () => builder.ensureBuilt()),
          { concurrency: "unbounded" }
        )
        // Of those who began at the very same moment only the last goes on; what the others left is swept.
        yield* builder.sweep()
        assert.deepStrictEqual(yield* versions, ["serving"])
        assert.strictEqual(yield* litter, 0)
        yield* agree
      }))

    it.effect("is left alone while somebody builds, and taken over once they have not been heard of", () =>
      Effect.gen(function*() {
        const builder = yield* ReportBuilder
        const owner = <A>(statement: (sql: SqlClient.SqlClient) => Effect.Effect<A, unknown>) =>
          asOwner(Effect.flatMap(SqlClient.SqlClient, statement))
        yield* owner((sql) => sql`update report_versions set state = 'retired'`)
        yield* owner((sql) => sql`insert into report_versions (state) values ('building')`)
        yield* builder.ensureBuilt()
        assert.deepStrictEqual(yield* versions, ["retired", "building"])
        yield* owner((sql) => sql`update report_versions set alive_at = now() - interval '1 minute'`)
        yield* builder.ensureBuilt()
        assert.deepStrictEqual(yield* versions, ["serving"])
        assert.strictEqual(yield* litter, 0)
        yield* agree
      }))

    it.effect("counts on and is read while they are built anew, and the end is the same as without", () =>
      Effect.gen(function*() {
        const done = yield* Deferred.make<void>()
        let position = (yield* eventsAfter(0)).at(-1)?.position ?? 0
        let read = 0
        const busy = Effect.gen(function*() {
          for (let i = 0; !(yield* Deferred.isDone(done)) || i < 20; i++) {
            const id = opened[i % opened.length]
            if (id === undefined) return
            yield* saidAt(`2026-04-03T12:00:00Z`, id).pipe(as("alex"))
            yield* Effect.exit(movedAt("2026-04-03T12:30:00Z", id, i % 3 === 0 ? "open" : "resolved").pipe(as("alex")))
            const events = yield* eventsAfter(position)
            position = events.at(-1)?.position ?? position
            yield* deliver(events)
          }
        })
        const reader = Effect.gen(function*() {
          while (!(yield* Deferred.isDone(done))) {
            assert.strictEqual((yield* reportOn("2026-04-01")).opened, 20)
            read++
          }
        })
        const fibers = yield* Effect.forEach([busy, reader], (effect) => Effect.forkChild(effect))
        for (let i = 0; i < 5; i++) assert.isAtLeast(yield* rebuilt, 20)
        yield* Deferred.succeed(done, undefined)
        yield* Effect.forEach(fibers, Fiber.join)
        assert.isAbove(read, 5)
        yield* agree
        assert.deepStrictEqual(yield* versions, ["serving"])
        assert.strictEqual(yield* litter, 0)
      }))

    it.effect("takes in what was begun before the build and committed after, in whatever order it began", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const [begun, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const slow = yield* openedAt("2026-04-02T20:00:00Z").pipe(
          as("chris"),
          // It has an id, so it is older than all that comes now.
          Effect.tap(() => Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(goOn))),
          sql.withTransaction,
          Effect.forkChild
        )
        yield* Deferred.await(begun)
        yield* openedAt("2026-04-02T21:00:00Z").pipe(as("carla"))
        yield* rebuilt
        yield* Deferred.succeed(goOn, undefined)
        const { id } = yield* Fiber.join(slow)
        // Its event comes after the change-over, and counts.
        yield* deliver((yield* eventsAfter(0)).filter(({ ticketId }) => ticketId === id))
        yield* agree
        yield* rebuilt
        yield* agree
      }))

    it.effect("gives way to whoever begins to build later", () =>
      Effect.gen(function*() {
        const ends = yield* Effect.all([Effect.exit(rebuilt), Effect.exit(rebuilt), Effect.exit(rebuilt)], {
          concurrency: "unbounded"
        })
        assert.isTrue(ends.some(({ _tag }) => _tag === "Success"))
        yield* Effect.flatMap(ReportBuilder, (builder) => builder.sweep())
        assert.deepStrictEqual(yield* versions, ["serving"])
        yield* at("2026-04-09T00:00:00Z")(agree)
      }))
  }
)

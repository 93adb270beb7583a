import { assert, layer } from "@effect/vitest"
import { as } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { Deferred, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { DayClosing } from "../src/DayClosing.ts"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { at, day, deliver, deliverAll, eventsAfter, movedAt, openedAt, Reporting, reportOn } from "./aWeek.ts"

const closeAt = (instant: string) => Effect.flatMap(DayClosing, (closing) => at(instant)(closing.closeDays()))

const kept = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ day: string; report: object }>`
    select day::text as day, report from report_closings
    where version = (select id from report_versions where state = 'serving') order by day`
  return new Map(rows.map(({ day, report }) => [day, report]))
})

const begun = Effect.flatMap(ReportBuilder, (builder) => builder.rebuild())

const someoneWaits = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const waiting = sql`
    select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`
  while ((yield* waiting).length === 0) yield* Effect.sleep("10 millis")
})

const someDays = ["2026-03-02", "2026-03-03", "2026-03-04"].map(day)

layer(Reporting(), { excludeTestServices: true })("a day that is over", (it) => {
  it.effect("is closed once, however many workers come to close it, with those that were missed before it", () =>
    Effect.gen(function*() {
      yield* begun
      assert.deepStrictEqual(yield* closeAt("2026-03-05T00:05:00Z"), [])
      yield* openedAt("2026-03-02T12:00:00Z").pipe(as("carla"))
      yield* deliverAll
      const closed = yield* Effect.all(Array.from({ length: 8 }, () => closeAt("2026-03-05T00:05:00Z")), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(closed.flat().toSorted(), someDays)
      assert.deepStrictEqual([...(yield* kept).keys()], [...someDays])
      assert.deepStrictEqual(yield* closeAt("2026-03-05T23:59:59Z"), [])
    }))

  it.effect("stays open for five minutes more, in which the last of it arrives", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* closeAt("2026-03-06T00:04:59Z"), [])
      assert.deepStrictEqual(yield* closeAt("2026-03-06T00:05:00Z"), [day("2026-03-05")])
    }))

  it.effect("is answered as it was closed, and says the same as before", () =>
    Effect.gen(function*() {
      const counted = yield* reportOn("2026-03-06")
      yield* closeAt("2026-03-07T01:00:00Z")
      assert.deepStrictEqual((yield* kept).get("2026-03-06"), counted)
      assert.deepStrictEqual(yield* reportOn("2026-03-06"), counted)
      // What is kept is what is answered: no count stands behind it any more.
      yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql`update report_closings set report = jsonb_set(report, '{opened}', '77') where day = '2026-03-06'`))
      assert.strictEqual((yield* reportOn("2026-03-06")).opened, 77)
    }))

  it.effect("opens again, and all after it, when something is told late of it; then it is closed anew", () =>
    Effect.gen(function*() {
      const late = yield* openedAt("2026-03-04T12:00:00Z").pipe(as("chris"))
      yield* movedAt("2026-03-06T12:00:00Z", late.id, "resolved").pipe(as("alex"))
      const before = yield* kept
      assert.deepStrictEqual((yield* reportOn("2026-03-04")).backlog, 1)
      yield* deliverAll
      const backlogs = Effect.forEach(
        ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"],
        (date) => Effect.map(reportOn(date), ({ backlog }) => backlog)
      )
      assert.deepStrictEqual(yield* backlogs, [1, 2, 2, 1])
      assert.deepStrictEqual([...(yield* kept).keys()], ["2026-03-02", "2026-03-03"])
      assert.deepStrictEqual(
        yield* closeAt("2026-03-07T01:00:00Z"),
        ["2026-03-04", "2026-03-05", "2026-03-06"].map(day)
      )
      assert.deepStrictEqual(yield* backlogs, [1, 2, 2, 1])
      assert.notDeepEqual(yield* kept, before)
    }))

  it.effect("waits for whoever is counting, so that nothing falls between the figures and the closing", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [last] = (yield* eventsAfter(0)).slice(-1)
      yield* openedAt("2026-03-07T12:00:00Z").pipe(as("carla"))
      const fresh = yield* eventsAfter(last?.position ?? 0)
      const counted = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const counting = yield* deliver(fresh).pipe(
        Effect.andThen(Deferred.succeed(counted, undefined)),
        Effect.andThen(Deferred.await(goOn)),
        sql.withTransaction,
        Effect.forkChild
      )
      yield* Deferred.await(counted)
      const closing = yield* Effect.forkChild(closeAt("2026-03-08T12:00:00Z"))
      yield* asOwner(someoneWaits)
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(counting)
      assert.deepStrictEqual(yield* Fiber.join(closing), [day("2026-03-07")])
      assert.strictEqual((yield* reportOn("2026-03-07")).opened, 1)
    }))
})

import { assert, layer } from "@effect/vitest"
import { as } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { Clock, DateTime, Duration, Effect, Fiber, Logger, References } from "effect"
import { SqlClient } from "effect/sql"
import { keepReports } from "../src/keepReports.ts"
import { day, deliverAll, openedAt, Reporting } from "./aWeek.ts"

const closings = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ day: string }>`select day::text as day from report_closings order by day`
  return rows.map((row) => day(row.day))
})

/** Waits for what a worker does by itself. */
const until = (days: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    while ((yield* closings).length < days.length) yield* Effect.sleep("10 millis")
    assert.deepStrictEqual(yield* closings, days.map(day))
  })

/** A clock that somebody moves; whoever sleeps for minutes sleeps for a moment. */
const movable = Effect.map(Clock.Clock, (real) => {
  let now = 0
  const clock: Clock.Clock = Object.setPrototypeOf({
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    sleep: (duration: Duration.Duration) =>
      real.sleep(Duration.toSeconds(duration) < 30 ? duration : Duration.millis(50))
  }, real)
  return {
    set: (instant: string) => void (now = DateTime.toEpochMillis(DateTime.makeUnsafe(instant))),
    worker: keepReports.pipe(Effect.provideService(Clock.Clock, clock), Effect.forkChild)
  }
})

layer(Reporting(), { excludeTestServices: true })("the workers of a desk", (it) => {
  it.effect("build the reports, close each day soon after it is over, and again what had to be opened", () =>
    Effect.gen(function*() {
      const { set, worker } = yield* movable
      set("2026-03-05T00:04:00Z")
      yield* openedAt("2026-03-02T12:00:00Z").pipe(as("carla"))
      const workers = yield* Effect.all([worker, worker, worker])
      yield* until(["2026-03-02", "2026-03-03"])
      set("2026-03-05T00:06:00Z")
      yield* until(["2026-03-02", "2026-03-03", "2026-03-04"])
      yield* openedAt("2026-03-03T12:00:00Z").pipe(as("chris"))
      yield* deliverAll
      yield* until(["2026-03-02", "2026-03-03", "2026-03-04"])
      const sql = yield* SqlClient.SqlClient
      const backlogs = yield* sql<{ backlog: number }>`
        select (report ->> 'backlog')::int as backlog from report_closings order by day`
      assert.deepStrictEqual(backlogs.map(({ backlog }) => backlog), [1, 2, 2])
      yield* Effect.forEach(workers, Fiber.interrupt)
    }))

  it.effect("say so when they cannot, and go on when they can", () =>
    Effect.gen(function*() {
      const { set, worker } = yield* movable
      set("2026-03-06T12:00:00Z")
      const said: Array<string> = []
      const renamed = (from: string, to: string) =>
        asOwner(
          Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`alter table ${from} rename to ${to}`).unprepared)
        )
      yield* renamed("report_closings", "mislaid")
      const fiber = yield* worker.pipe(
        Effect.provide(Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])),
        Effect.provideService(References.MinimumLogLevel, "Warn")
      )
      while (said.length < 2) yield* Effect.sleep("10 millis")
      yield* renamed("mislaid", "report_closings")
      yield* until(["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"])
      assert.match(said[0] ?? "", /could not be looked after/)
      yield* Fiber.interrupt(fiber)
    }))
})

import { assert, layer } from "@effect/vitest"
import { as, teamIdOf } from "@opsdesk/testkit/actors"
import { Effect } from "effect"
import { nothingOn } from "../src/DailyReport.ts"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { ReportDesk } from "../src/ReportDesk.ts"
import { at, day, deliverAll, movedAt, openedAt, Reporting, reportOn, saidAt } from "./aWeek.ts"

const none = { opened: 0, resolved: 0, closed: 0, medianFirstResponseSeconds: null, medianResolutionSeconds: null }

const aMonday = Effect.gen(function*() {
  const builder = yield* ReportBuilder
  yield* builder.rebuild()
  const vpn = yield* openedAt("2026-03-16T08:00:00Z", { teamId: teamIdOf("Support") }).pipe(as("carla"))
  const mail = yield* openedAt("2026-03-16T09:00:00Z").pipe(as("chris"))
  yield* saidAt("2026-03-16T08:00:30Z", vpn.id).pipe(as("carla"))
  yield* saidAt("2026-03-16T08:05:00Z", vpn.id, "internal").pipe(as("ada"))
  yield* saidAt("2026-03-16T08:10:00Z", vpn.id).pipe(as("ada"))
  yield* saidAt("2026-03-16T09:20:00.900Z", mail.id).pipe(as("ada"))
  yield* movedAt("2026-03-16T10:00:00Z", vpn.id, "resolved").pipe(as("ada"))
  yield* movedAt("2026-03-17T10:00:00Z", vpn.id, "closed").pipe(as("carla"))
  yield* deliverAll
})

layer(Reporting(), { excludeTestServices: true })("whoever reads the report of a day", (it) => {
  it.effect("finds what happened on it, in all and for each team, no team last", () =>
    Effect.gen(function*() {
      yield* aMonday
      assert.deepStrictEqual(yield* reportOn("2026-03-16"), {
        date: day("2026-03-16"),
        opened: 2,
        resolved: 1,
        closed: 0,
        backlog: 1,
        // Between ten minutes and twenty and a bit.
        medianFirstResponseSeconds: 900,
        medianResolutionSeconds: 7_200,
        teams: [{
          teamId: teamIdOf("Support"),
          opened: 1,
          resolved: 1,
          closed: 0,
          backlog: 0,
          medianFirstResponseSeconds: 600,
          medianResolutionSeconds: 7_200
        }, {
          teamId: null,
          opened: 1,
          resolved: 0,
          closed: 0,
          backlog: 1,
          medianFirstResponseSeconds: 1_201,
          medianResolutionSeconds: null
        }]
      })
    }))

  it.effect("finds the backlog of a day on which nothing happened, and nothing at all before the first ticket", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* reportOn("2026-03-20"), {
        ...nothingOn(day("2026-03-20")),
        backlog: 1,
        teams: [{ ...none, teamId: null, backlog: 1 }]
      })
      assert.deepStrictEqual(yield* reportOn("2026-03-15"), nothingOn(day("2026-03-15")))
    }))

  it.effect("finds nothing on a day that is still to come", () =>
    Effect.gen(function*() {
      const tomorrow = yield* at("2026-03-17T23:59:59.999Z")(reportOn("2026-03-18"))
      assert.deepStrictEqual(tomorrow, nothingOn(day("2026-03-18")))
    }))

  it.effect("gets today's, in UTC, unless they name a day", () =>
    Effect.gen(function*() {
      const desk = yield* ReportDesk
      const today = yield* as("ada")(desk.daily(undefined)).pipe(at("2026-03-17T23:30:00Z"))
      assert.deepInclude(today, { date: day("2026-03-17"), closed: 1, backlog: 1 })
    }))

  it.effect("is an agent or an admin: a customer is refused", () =>
    Effect.gen(function*() {
      const desk = yield* ReportDesk
      const problem = yield* Effect.flip(as("carla")(desk.daily(undefined)))
      assert.deepInclude({ ...problem, _tag: problem._tag }, { _tag: "Forbidden", permission: "report:read" })
      yield* as("nora")(desk.daily(undefined))
    }))
})

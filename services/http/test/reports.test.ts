import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Projection } from "@opsdesk/reports/Projection"
import { ReportBuilder } from "@opsdesk/reports/ReportBuilder"
import { teamIds } from "@opsdesk/testkit/people"
import { DateTime, Effect, Layer } from "effect"
import { done, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

const Http = Layer.mergeAll(Projection.layer, ReportBuilder.layer).pipe(Layer.provideMerge(TestHttp.layer("peopled")))

layer(Http, { excludeTestServices: true })("GET /v1/reports/daily", (it) => {
  it.effect("tells an agent what has happened today, team by team", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const builder = yield* ReportBuilder
      const projection = yield* Projection
      const { atomic } = yield* Transaction
      yield* builder.rebuild()
      const { id } = yield* opened("carla", { teamId: teamIds.Support })
      yield* done("POST", `/v1/tickets/${id}/messages`, { as: "ada", body: { body: "On it" } })
      yield* done("PATCH", `/v1/tickets/${id}/status`, { as: "ada", body: { status: "resolved" } })
      yield* opened("chris", {})
      yield* atomic(projection.keepUp([id]))
      const { headers, json, status } = yield* ask("GET", "/v1/reports/daily", { as: "nora" })
      assert.strictEqual(status, 200)
      assert.isNotNull(headers.get("etag"))
      const figures = { opened: 1, resolved: 1, closed: 0, backlog: 0, medianFirstResponseSeconds: 0 }
      assert.deepInclude(json.data, { ...figures, date: DateTime.formatIsoDateUtc(yield* DateTime.now) })
      assert.deepInclude(json.data.teams[0], { ...figures, teamId: teamIds.Support })
      assert.lengthOf(json.data.teams, 1)
    }))

  it.effect("is refused to customers, and to nobody else who is signed in", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json, status } = yield* ask("GET", "/v1/reports/daily", { as: "carla" })
      assert.deepStrictEqual([status, json.code], [403, "forbidden"])
      assert.strictEqual((yield* ask("GET", "/v1/reports/daily")).status, 401)
      assert.strictEqual((yield* ask("GET", "/v1/reports/daily", { as: "alex" })).status, 200)
    }))

  it.effect.each(["2026-02-30", "2026-3-1", "yesterday", "", "0000-01-01", "2026-03-01T00:00:00Z", "10000-01-01"])(
    "hears that %j is no day",
    (date) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const { json, status } = yield* ask("GET", `/v1/reports/daily?date=${date}`, { as: "alex" })
        assert.deepStrictEqual([status, json.code, json.errors[0].parameter], [400, "validation-failed", "date"])
      })
  )

  it.effect.each(["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])(
    "finds nothing on %s",
    (date) =>
      Effect.gen(function*() {
        const { json } = yield* TestHttp.use(({ ask }) => ask("GET", `/v1/reports/daily?date=${date}`, { as: "alex" }))
        assert.deepStrictEqual(json.data, {
          date,
          opened: 0,
          resolved: 0,
          closed: 0,
          backlog: 0,
          medianFirstResponseSeconds: null,
          medianResolutionSeconds: null,
          teams: []
        })
      })
  )
})

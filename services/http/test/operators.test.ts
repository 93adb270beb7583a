import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestHttp } from "./TestHttp.ts"

const series = "opsdesk_http_request_duration_seconds_count"

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an operator", (it) => {
  const measured = Effect.gen(function*() {
    const { ask } = yield* TestHttp
    const { headers, text } = yield* ask("GET", "/metrics")
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
    return text.split("\n").filter((line) => line.startsWith(series))
  })

  it.effect("sees that the program lives, and what it needs with each one's state", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of ["/health", "/health/live"]) {
        const alive = yield* ask("GET", path)
        assert.deepStrictEqual([alive.status, alive.json], [200, { status: "up" }])
      }
      const ready = yield* ask("GET", "/health/ready")
      assert.strictEqual(ready.status, 200)
      assert.strictEqual(ready.json.status, "up")
      const named: ReadonlyArray<{ name: string; status: string; latencyMs: number }> = ready.json.dependencies
      assert.deepStrictEqual(named.map(({ name, status }) => [name, status]), [["postgres", "up"], ["schema", "up"]])
      for (const { latencyMs } of named) assert.isAtLeast(latencyMs, 0)
    }))

  it.effect("counts requests by the template of their address, never by the address", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const opened = yield* ask("POST", "/v1/tickets", { as: "carla", body: { title: "No sound", description: "" } })
      const { id, number } = opened.json.data
      for (const ref of [id, number]) yield* ask("GET", `/v1/tickets/${ref}/history?limit=1`, { as: "carla" })
      yield* ask("PATCH", `/v1/tickets/${id}/history`, { as: "carla" })
      const lines = yield* measured
      const history = "route=\"/v1/tickets/:id/history\""
      assert.include(lines, `${series}{method="GET",${history},status="200"} 2`)
      assert.include(lines, `${series}{method="PATCH",${history},status="405"} 1`)
      assert.isEmpty(lines.filter((line) => line.includes(id) || line.includes("limit")))
    }))

  it.effect("sees two hundred guessed addresses as one", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      yield* measured
      const before = yield* measured
      for (let guess = 0; guess < 200; guess++) {
        const path = [`/${guess}.php`, `/v1/x${guess}`, `/v1/tickets/1/${guess}/2`, `/problems/p${guess}`][guess % 4] ??
          ""
        const answer = yield* ask("GET", path)
        assert.strictEqual(answer.status, 404)
      }
      const after = yield* measured
      assert.isAtMost(after.length - before.length, 1)
      assert.include(after, `${series}{method="GET",route="unmatched",status="404"} 200`)
    }))
})

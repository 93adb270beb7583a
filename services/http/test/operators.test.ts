import { assert, describe, it, layer } from "@effect/vitest"
import type { State } from "@opsdesk/serving/Readiness"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Schedule } from "effect"
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
      const named: ReadonlyArray<State> = ready.json.dependencies
      assert.deepStrictEqual(named.map(({ name, needed, status }) => [name, needed, status]), [
        ["postgres", true, "up"],
        ["schema", true, "up"]
      ])
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

whenReachable("redis", (redis) =>
  describe("an operator of a desk with Redis", () => {
    it.live("sees that it is away, and the desk goes on", () =>
      Effect.gen(function*() {
        const { port, url, way } = yield* wayToUrl(redis, 6379)
        yield* Effect.gen(function*() {
          const { ask } = yield* TestHttp
          const untilItIs = (wanted: string) =>
            ask("GET", "/health/ready").pipe(
              Effect.repeat({ until: ({ json }) => json.status === wanted, schedule: Schedule.spaced("50 millis") }),
              Effect.timeout("20 seconds")
            )
          assert.strictEqual((yield* untilItIs("up")).status, 200)
          way.leadTo(1)
          way.cut()
          const without = yield* untilItIs("degraded")
          assert.strictEqual(without.status, 200)
          const states: ReadonlyArray<State> = without.json.dependencies
          assert.deepInclude(states.at(-1), { name: "redis", needed: false, status: "down", detail: "does not answer" })
          assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "carla" })).status, 200)
          way.leadTo(port)
          yield* untilItIs("up")
        }).pipe(Effect.provide(TestHttp.layer("peopled", undefined, { REDIS_URL: url })))
      }).pipe(Effect.scoped))
  }))

import { assert, it, layer } from "@effect/vitest"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Prometheus } from "@opsdesk/telemetry/Prometheus"
import { Effect, Layer } from "effect"
import { metricsContract } from "../../../packages/capabilities/test/contracts/MetricsContract.ts"

metricsContract(layer(Prometheus))

it.effect("two desks in one process measure each their own", () =>
  Effect.gen(function*() {
    const measured = (seconds: number) =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        metrics.httpAnswered({ method: "GET", route: "/health", status: 200 }, seconds)
        return (yield* metrics.exposition).body.match(/^opsdesk_http_request_duration_seconds_sum.*$/m)?.[0]
      }).pipe(Effect.provide(Layer.fresh(Prometheus)))
    const both = yield* Effect.all([measured(1), measured(2)], { concurrency: 2 })
    assert.deepStrictEqual(both.map((line) => line?.split(" ").at(-1)), ["1", "2"])
  }))

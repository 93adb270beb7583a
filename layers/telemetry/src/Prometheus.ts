import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Effect, Layer } from "effect"
import * as Prom from "prom-client"

/** Metrics by prom-client, in a registry of this layer's own: the global one would outlive it. */
export const Prometheus = Layer.effect(
  Metrics,
  Effect.acquireRelease(
    Effect.sync(() => {
      const registry = new Prom.Registry()
      Prom.collectDefaultMetrics({ register: registry })
      return registry
    }),
    (registry) => Effect.sync(() => registry.clear())
  ).pipe(Effect.map((registry) => {
    const http = new Prom.Histogram({
      name: "opsdesk_http_request_duration_seconds",
      help: "Time from a request's arrival to its answer",
      labelNames: ["method", "route", "status"] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry]
    })
    return Metrics.of({
      httpAnswered: (request, seconds) => http.observe({ ...request }, seconds),
      exposition: Effect.map(Effect.promise(() => registry.metrics()), (body) => ({
        contentType: registry.contentType,
        body
      }))
    })
  }))
)

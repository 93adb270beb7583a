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
    const jobs = new Prom.Counter({
      name: "opsdesk_jobs_total",
      help: "Deliveries that were dealt with, and tries that failed",
      labelNames: ["queue", "outcome"] as const,
      registers: [registry]
    })
    const jobSeconds = new Prom.Histogram({
      name: "opsdesk_job_duration_seconds",
      help: "Time from a delivery's hand-out to its end",
      labelNames: ["queue"] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry]
    })
    const absorbed = new Prom.Counter({
      name: "opsdesk_jobs_absorbed_total",
      help: "Deliveries of what had been dealt with before",
      labelNames: ["queue"] as const,
      registers: [registry]
    })
    const depth = new Prom.Gauge({
      name: "opsdesk_queue_depth",
      help: "Messages that wait in a queue",
      labelNames: ["queue"] as const,
      registers: [registry]
    })
    const pending = new Prom.Gauge({
      name: "opsdesk_outbox_pending",
      help: "Events that have yet to be published",
      registers: [registry]
    })
    const lag = new Prom.Gauge({
      name: "opsdesk_outbox_lag_seconds",
      help: "Age of the oldest event that has yet to be published",
      registers: [registry]
    })
    const sockets = new Prom.Gauge({
      name: "opsdesk_ws_connections",
      help: "WebSockets that are open",
      registers: [registry]
    })
    const frames = new Prom.Counter({
      name: "opsdesk_ws_frames_total",
      help: "Frames of WebSockets, by type",
      labelNames: ["direction", "type"] as const,
      registers: [registry]
    })
    const cacheRequests = new Prom.Counter({
      name: "opsdesk_cache_requests_total",
      help: "What was asked of what is kept",
      labelNames: ["cache", "result"] as const,
      registers: [registry]
    })
    return Metrics.of({
      httpAnswered: (request, seconds) => http.observe({ ...request }, seconds),
      jobsEnded: (queue, outcome, count, seconds) => {
        jobs.inc({ queue, outcome }, count)
        if (seconds === undefined) return
        for (let job = 0; job < count; job++) jobSeconds.observe({ queue }, seconds)
      },
      jobsAbsorbed: (queue, count) => absorbed.inc({ queue }, count),
      queueDepth: (queue, messages) => depth.set({ queue }, messages),
      outbox: (state) => {
        pending.set(state.pending)
        lag.set(state.lagSeconds)
      },
      socketsOpen: (open) => sockets.set(open),
      frames: (direction, type, count) => frames.inc({ direction, type }, count),
      cacheAsked: (cache, result) => cacheRequests.inc({ cache, result }),
      exposition: Effect.map(Effect.promise(() => registry.metrics()), (body) => ({
        contentType: registry.contentType,
        body
      }))
    })
  }))
)

import { assert } from "@effect/vitest"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Effect } from "effect"
import type { Suite } from "./Suite.ts"

const request = { method: "GET", route: "/v1/tickets/:id", status: 200 }

/** What every `Metrics` owes. */
export const metricsContract = (suite: Suite<Metrics>): void =>
  suite("the measurements", (it) => {
    it.effect("tell how many requests of each kind were answered, and how fast", () =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        for (const seconds of [0.002, 0.02, 2]) metrics.httpAnswered(request, seconds)
        metrics.httpAnswered({ ...request, status: 404 }, 0.001)
        metrics.httpAnswered({ ...request, method: "PATCH" }, 20)
        const { body, contentType } = yield* metrics.exposition
        assert.match(contentType, /^text\/plain; version=0\.0\.4/)
        const name = "opsdesk_http_request_duration_seconds"
        const labels = (status: number, method = "GET") =>
          `method="${method}",route="/v1/tickets/:id",status="${status}"`
        const lines = body.split("\n")
        assert.includeMembers(lines, [
          `# TYPE ${name} histogram`,
          `${name}_count{${labels(200)}} 3`,
          `${name}_sum{${labels(200)}} 2.022`,
          `${name}_count{${labels(404)}} 1`,
          `${name}_count{${labels(200, "PATCH")}} 1`,
          `${name}_bucket{le="0.0025",${labels(200)}} 1`,
          `${name}_bucket{le="0.025",${labels(200)}} 2`,
          `${name}_bucket{le="10",${labels(200)}} 3`,
          `${name}_bucket{le="10",${labels(200, "PATCH")}} 0`,
          `${name}_bucket{le="+Inf",${labels(200, "PATCH")}} 1`
        ])
      }))

    it.effect("tell what became of jobs, how long they took, and what still waits", () =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        const queue = "opsdesk.tried"
        metrics.jobsEnded(queue, "processed", 3, 0.02)
        metrics.jobsEnded(queue, "processed", 1, 2)
        metrics.jobsEnded(queue, "failed", 2)
        metrics.jobsEnded(queue, "retried", 1, 0.1)
        metrics.jobsEnded(queue, "dead", 1, 0.1)
        metrics.jobsAbsorbed(queue, 2)
        metrics.queueDepth(queue, 9)
        metrics.queueDepth(queue, 7)
        metrics.outbox({ pending: 12, lagSeconds: 1.5 })
        const { body } = yield* metrics.exposition
        const of = (outcome: string) => `opsdesk_jobs_total{queue="${queue}",outcome="${outcome}"}`
        assert.includeMembers(body.split("\n"), [
          `${of("processed")} 4`,
          `${of("failed")} 2`,
          `${of("retried")} 1`,
          `${of("dead")} 1`,
          `opsdesk_job_duration_seconds_count{queue="${queue}"} 6`,
          `opsdesk_job_duration_seconds_bucket{le="0.025",queue="${queue}"} 3`,
          `opsdesk_jobs_absorbed_total{queue="${queue}"} 2`,
          `opsdesk_queue_depth{queue="${queue}"} 7`,
          "opsdesk_outbox_pending 12",
          "opsdesk_outbox_lag_seconds 1.5"
        ])
      }))

    it.effect("tell how many sockets are open, and how many frames of each type went which way", () =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        metrics.socketsOpen(3)
        metrics.socketsOpen(2)
        metrics.frames("in", "subscribe", 1)
        metrics.frames("out", "message:new", 20)
        metrics.frames("out", "message:new", 5)
        const { body } = yield* metrics.exposition
        assert.includeMembers(body.split("\n"), [
          "opsdesk_ws_connections 2",
          "opsdesk_ws_frames_total{direction=\"in\",type=\"subscribe\"} 1",
          "opsdesk_ws_frames_total{direction=\"out\",type=\"message:new\"} 25"
        ])
      }))

    it.effect("tell how often what was kept could be used", () =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        for (const result of ["hit", "hit", "miss", "error"] as const) metrics.cacheAsked("lists", result)
        metrics.cacheAsked("tickets", "hit")
        const { body } = yield* metrics.exposition
        assert.includeMembers(body.split("\n"), [
          "# TYPE opsdesk_cache_requests_total counter",
          `opsdesk_cache_requests_total{cache="lists",result="hit"} 2`,
          `opsdesk_cache_requests_total{cache="lists",result="miss"} 1`,
          `opsdesk_cache_requests_total{cache="lists",result="error"} 1`,
          `opsdesk_cache_requests_total{cache="tickets",result="hit"} 1`
        ])
      }))

    it.effect("tell of the process too", () =>
      Effect.gen(function*() {
        const metrics = yield* Metrics
        const { body } = yield* metrics.exposition
        for (
          const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_eventloop_lag_seconds"]
        ) {
          assert.match(body, new RegExp(`^${name} \\d`, "m"))
        }
      }))
  })

import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { Readiness } from "./Readiness.ts"

/** What operators and their tools ask: is it alive, is it ready, how is it doing. */
export const Operations = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const readiness = yield* Readiness
  const metrics = yield* Metrics

  const alive = HttpServerResponse.jsonUnsafe({ status: "up" })
  yield* router.add("GET", "/health", alive)
  yield* router.add("GET", "/health/live", alive)
  yield* router.add(
    "GET",
    "/health/ready",
    Effect.map(readiness.states, (dependencies) => {
      const ready = !readiness.isDraining() && dependencies.every(({ status }) => status === "up")
      const status = readiness.isDraining() ? "draining" : ready ? "up" : "down"
      // No problem document: whoever probes this wants the states whichever way it is.
      return HttpServerResponse.jsonUnsafe({ status, dependencies }, { status: ready ? 200 : 503 })
    })
  )
  yield* router.add(
    "GET",
    "/metrics",
    Effect.map(metrics.exposition, ({ body, contentType }) => HttpServerResponse.text(body, { contentType }))
  )
}))

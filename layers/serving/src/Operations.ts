import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { State } from "./Readiness.ts"
import { Readiness } from "./Readiness.ts"

const statusOf = (states: ReadonlyArray<State>) => {
  const down = states.filter(({ status }) => status === "down")
  if (down.length === 0) return "up"
  return down.some(({ needed }) => needed) ? "down" : "degraded"
}

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
      const status = readiness.isDraining() ? "draining" : statusOf(dependencies)
      // No problem document: whoever probes this wants the states whichever way it is.
      return HttpServerResponse.jsonUnsafe(
        { status, dependencies },
        { status: status === "up" || status === "degraded" ? 200 : 503 }
      )
    })
  )
  yield* router.add(
    "GET",
    "/metrics",
    Effect.map(metrics.exposition, ({ body, contentType }) => HttpServerResponse.text(body, { contentType }))
  )
}))

import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Draining } from "@opsdesk/serving/Draining"
import { Operations } from "@opsdesk/serving/Operations"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { RealtimeProgram } from "./realtimeProgram.ts"

const Server = Layer.unwrap(Effect.gen(function*() {
  const { host, port } = yield* Settings
  const upgrades = yield* Upgrades
  return NodeHttpServer.layer(
    () => upgrades.serve(createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 })),
    { host, port, gracefulShutdownTimeout: "10 seconds" }
  )
}))

/** Everything but sockets and what operators ask is elsewhere. */
const Elsewhere = HttpRouter.add(
  "*",
  "/*",
  Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => {
    const { status, title } = problemTypes["not-found"]
    return HttpServerResponse.jsonUnsafe({
      type: "/problems/not-found",
      title,
      status,
      detail: "Sockets are opened at `/ws`.",
      instance: url.split("?")[0],
      code: "not-found"
    }, { status, contentType: "application/problem+json" })
  })
)

/** The realtime program alone, on its port. When it stops it is unready first, and hangs up after that. */
export const Serve = Draining.pipe(
  Layer.provideMerge(RealtimeProgram),
  Layer.provideMerge(
    HttpRouter.serve(Layer.mergeAll(Operations, Elsewhere), { disableLogger: true, disableListenLog: true })
  ),
  Layer.provideMerge(Server),
  Layer.provide([Readiness.layer, Upgrades.layer])
)

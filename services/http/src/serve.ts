import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { exactAddresses, HttpProgram } from "./httpProgram.ts"
import { isSecure } from "./middleware/securityHeaders.ts"
import { nodeServer } from "./nodeServer.ts"
import { Readiness } from "./Readiness.ts"

const Server = Layer.unwrap(Effect.map(Settings, (settings) =>
  NodeHttpServer.layer(
    () => nodeServer({ secure: isSecure(settings) }),
    { host: settings.host, port: settings.port, gracefulShutdownTimeout: "10 seconds" }
  )))

/** Built after the server, so released before it: readiness turns 503 while requests in flight still end. */
const Drain = Layer.effectDiscard(Effect.gen(function*() {
  const readiness = yield* Readiness
  yield* Effect.addFinalizer(() => Effect.andThen(readiness.drain, Effect.sleep("200 millis")))
}))

/** The HTTP program on its port. */
export const Serve = Drain.pipe(
  Layer.provideMerge(
    HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true, routerConfig: exactAddresses })
  ),
  Layer.provide(Readiness.layer),
  Layer.provide(Server)
)

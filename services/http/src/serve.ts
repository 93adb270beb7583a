import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Draining } from "@opsdesk/serving/Draining"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { exactAddresses, HttpProgram } from "./httpProgram.ts"
import { isSecure } from "./middleware/securityHeaders.ts"
import { nodeServer } from "./nodeServer.ts"

const Server = Layer.unwrap(Effect.map(Settings, (settings) =>
  NodeHttpServer.layer(
    () => nodeServer({ secure: isSecure(settings) }),
    { host: settings.host, port: settings.port, gracefulShutdownTimeout: "10 seconds" }
  )))

/** The HTTP program on its port. */
export const Serve = Draining.pipe(
  Layer.provideMerge(
    HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true, routerConfig: exactAddresses })
  ),
  Layer.provide(Readiness.layer),
  Layer.provide(Server)
)

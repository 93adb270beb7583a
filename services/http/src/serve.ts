import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Draining } from "@opsdesk/serving/Draining"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { GraphSocket } from "./graphql/socket/GraphSocket.ts"
import { exactAddresses, HttpProgram, Within } from "./httpProgram.ts"
import { isSecure } from "./middleware/securityHeaders.ts"
import { nodeServer } from "./nodeServer.ts"

const Server = Layer.unwrap(Effect.gen(function*() {
  const settings = yield* Settings
  const upgrades = yield* Upgrades
  return NodeHttpServer.layer(
    () => upgrades.serve(nodeServer({ secure: isSecure(settings) })),
    { host: settings.host, port: settings.port, gracefulShutdownTimeout: "10 seconds" }
  )
}))

/** The HTTP program on a server: requests and sockets. Sockets are hung up on before it waits for requests to end. */
export const Served = GraphSocket.pipe(
  Layer.provideMerge(
    HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true, routerConfig: exactAddresses })
  ),
  Layer.provide(Within)
)

/** The HTTP program on its port, for whoever says how it stops; others may claim upgrades there. */
export const OnPort = Served.pipe(Layer.provide(Server))

/** The HTTP program alone, on its port. */
export const Serve = Draining.pipe(
  Layer.provideMerge(OnPort),
  Layer.provide([Readiness.layer, Upgrades.layer])
)

import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { createServer } from "node:http"
import { Draining } from "./Draining.ts"
import { Operations } from "./Operations.ts"

/** The port of a program that serves nothing but health and metrics. */
export const OperationsServer = ({ host, port }: { readonly host: string; readonly port: number }) =>
  Draining.pipe(
    Layer.provideMerge(HttpRouter.serve(Operations, { disableLogger: true, disableListenLog: true })),
    Layer.provide(NodeHttpServer.layer(
      () => createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }),
      { host, port, gracefulShutdownTimeout: "10 seconds" }
    ))
  )

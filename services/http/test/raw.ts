import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { connect } from "node:net"
import { exactAddresses, HttpProgram } from "../src/httpProgram.ts"
import { nodeServer } from "../src/nodeServer.ts"
import { Readiness } from "../src/Readiness.ts"

/** The program on a port of its own, behind the server that it has outside of tests. */
export const OnTheWire = (variables?: Record<string, string>) =>
  HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true, routerConfig: exactAddresses }).pipe(
    Layer.provide(Readiness.layer),
    Layer.provideMerge(NodeHttpServer.layer(() => nodeServer({ secure: false }), { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(TestStack("peopled", undefined, variables))
  )

export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly text: string
}

/** Sends bytes as they are and gives what comes back until the server hangs up. */
export const spoken = Effect.fnUntraced(function*(bytes: string | Uint8Array) {
  const server = yield* HttpServer.HttpServer
  if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
  const { port } = server.address
  const text = yield* Effect.callback<string>((resume) => {
    // Not `end`: whoever is still being listened to is answered even if the request is cut off.
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    const heard: Array<string> = []
    socket.setEncoding("latin1").on("data", (chunk: string) => void heard.push(chunk))
    // A server that refuses before it has read everything may reset the connection; what it said counts.
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(heard.join(""))))
    return Effect.sync(() => socket.destroy())
  })
  const end = text.indexOf("\r\n\r\n")
  const [statusLine = "", ...lines] = text.slice(0, Math.max(0, end)).split("\r\n")
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  }))
  const heard: Heard = { status: Number(statusLine.split(" ")[1]), headers, body: text.slice(end + 4), text }
  return heard
})

/** A request as text: lines of its head, then its body. */
export const request = (head: ReadonlyArray<string>, body = ""): string =>
  [head[0], "Host: desk.test", "Connection: close", ...head.slice(1), "", body].join("\r\n")

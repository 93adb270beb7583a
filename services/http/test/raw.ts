import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Draining } from "@opsdesk/serving/Draining"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import type { Server } from "node:http"
import { connect } from "node:net"
import { nodeServer } from "../src/nodeServer.ts"
import { Served } from "../src/serve.ts"

const usualServer = () => nodeServer({ secure: false })

/** The program on a port of its own, behind the server that it has outside of tests, on the stack around it. */
export const OnTheWireNoStack = (server: () => Server = usualServer) =>
  Draining.pipe(
    Layer.provideMerge(Served),
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(
          Upgrades,
          (upgrades) => NodeHttpServer.layer(() => upgrades.serve(server()), { port: 0, host: "127.0.0.1" })
        )
      )
    ),
    Layer.provide([Readiness.layer, Upgrades.layer])
  )

export const OnTheWire = (variables?: Record<string, string>, server?: () => Server) =>
  OnTheWireNoStack(server).pipe(Layer.provideMerge(TestStack("peopled", undefined, variables)))

export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly text: string
}

interface Speaking {
  /** In milliseconds, before each part but the first. */
  readonly pause?: number
  /** Where the speaker speaks from, one of this machine's own addresses. */
  readonly from?: string
}

/** Sends bytes as they are, part by part, and gives all that comes back until the server hangs up. */
export const exchanged = Effect.fnUntraced(function*(
  parts: ReadonlyArray<string | Uint8Array>,
  { from, pause = 0 }: Speaking = {}
) {
  const server = yield* HttpServer.HttpServer
  if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
  const { port } = server.address
  return yield* Effect.callback<string>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", ...(from === undefined ? {} : { localAddress: from }) })
    const heard: Array<string> = []
    socket.setNoDelay(true)
    // Not `end`: whoever is still being listened to is answered even if the request is cut off.
    const send = (at: number) => {
      const part = parts[at]
      if (part === undefined || !socket.writable) return
      socket.write(part, () => setTimeout(() => send(at + 1), pause))
    }
    socket.on("connect", () => send(0))
    socket.setEncoding("latin1").on("data", (chunk: string) => void heard.push(chunk))
    // A server that refuses before it has read everything may reset the connection; what it said counts.
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(heard.join(""))))
    return Effect.sync(() => socket.destroy())
  })
})

/** An exchange, as its first answer. */
export const spoken = Effect.fnUntraced(function*(bytes: string | Uint8Array, speaking?: Speaking) {
  const text = yield* exchanged([bytes], speaking)
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

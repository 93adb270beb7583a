import { Effect } from "effect"
import { createServer } from "node:http"
import type { IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import type { WebSocket } from "ws"
import { WebSocketServer } from "ws"

/** JSON as `JSON.parse` types it. */
export type Json = ReturnType<typeof JSON.parse>

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly body: Json
}

export interface Said {
  readonly status: number
  readonly body?: object
  readonly headers?: Record<string, string>
}

/** What a test's desk does with a request, and with a socket once it stands. */
export interface Script {
  /** `cut` hangs up without an answer. */
  readonly answer?: (asked: Asked) => Said | "cut" | undefined
  readonly connected?: (socket: WebSocket, protocols: string, hear: (listener: (frame: Json) => void) => void) => void
}

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Said => ({
  status,
  body: {
    type: `/problems/${code}`,
    title: `It is ${code}`,
    status,
    detail: "Because.",
    code,
    requestId: "r-1",
    ...(status === 503 ? { dependency: "postgres" } : {})
  },
  headers: { "content-type": "application/problem+json", ...headers }
})

/** Sessions as a desk gives them: `access-1` with `refresh-1`, then `access-2` with `refresh-2`, and so on. */
const sessions = (expiresIn: number) => {
  let count = 0
  const byKey = new Map<string, Said>()
  return ({ body, headers, path }: Asked): Said | undefined => {
    const next = (): Said => ({
      status: 200,
      body: {
        data: { accessToken: `access-${++count}`, tokenType: "Bearer", expiresIn, refreshToken: `refresh-${count}` }
      }
    })
    if (path === "/v1/auth/login") return next()
    if (path !== "/v1/auth/refresh") return undefined
    const key = `${String(headers["idempotency-key"])} ${body.refreshToken}`
    const answer = byKey.get(key) ??
      (body.refreshToken === `refresh-${count}` ? next() : problem(401, "unauthenticated"))
    byKey.set(key, answer)
    return answer
  }
}

/** A server of the test's own on a free port, that misbehaves as told. */
export const ownDesk = Effect.fnUntraced(function*(script: Script, expiresIn = 900) {
  const asked: Array<Asked> = []
  const session = sessions(expiresIn)
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = {
        method: request.method ?? "",
        path: new URL(request.url ?? "", "http://desk.test").pathname,
        headers: request.headers,
        body: body === "" ? null : JSON.parse(body)
      }
      asked.push(one)
      const said = script.answer?.(one) ?? session(one) ?? problem(404, "not-found")
      if (said === "cut") return request.socket.destroy()
      response.writeHead(said.status, { "content-type": "application/json", ...said.headers })
      response.end(said.body === undefined ? undefined : JSON.stringify(said.body))
    })
  })
  const sockets = new WebSocketServer({ server, path: "/ws", handleProtocols: () => "opsdesk.v1" })
  sockets.on("connection", (socket, request) => {
    socket.on("error", () => socket.terminate())
    script.connected?.(
      socket,
      request.headers["sec-websocket-protocol"] ?? "",
      (listener) => socket.on("message", (data: Buffer) => listener(JSON.parse(data.toString())))
    )
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))),
    () =>
      Effect.promise(() =>
        new Promise<void>((resolve) => {
          for (const socket of sockets.clients) socket.terminate()
          sockets.close()
          server.closeAllConnections()
          server.close(() => resolve())
        })
      )
  )
  const address = server.address()
  if (typeof address !== "object" || address === null) return yield* Effect.die(new Error("not on a port"))
  return { baseUrl: `http://127.0.0.1:${address.port}`, asked, sockets }
})

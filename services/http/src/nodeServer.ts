import type { ProblemSlug } from "@opsdesk/kernel/ProblemType"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { createServer, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { allowedAt } from "./addresses.ts"
import { bareHeaders } from "./middleware/securityHeaders.ts"

interface Refusal {
  readonly status: number
  readonly slug: ProblemSlug
  readonly detail: string
  readonly headers?: Record<string, string>
}

const invalid = (status: number, detail: string): Refusal => ({ status, slug: "validation-failed", detail })

const unreadable = invalid(400, "This is no HTTP request.")

const unexpected = invalid(417, "Nothing but `100-continue` can be expected here.")

const ofMethod = (url: string): Refusal => {
  const allow = allowedAt(url)
  return allow === null
    ? { status: 404, slug: "not-found", detail: "There is nothing here that you may see." }
    : {
      status: 405,
      slug: "method-not-allowed",
      detail: "`Allow` lists the methods of this address.",
      headers: { allow }
    }
}

const requestLine = /^[!#$%&'*+.^_`|~\w-]+ (\/\S*) HTTP\/1\.[01]\r?\n/

/** What Node could not read, by what it says of it. */
const refusalOf = (error: object): Refusal => {
  const code = "code" in error ? error.code : undefined
  if (code === "HPE_HEADER_OVERFLOW") return invalid(431, "Address and headers may hold at most 16 KiB.")
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return invalid(408, "The request took too long to arrive.")
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") {
    return { status: 413, slug: "payload-too-large", detail: "A body may hold at most 1 MiB." }
  }
  // Node reads only the methods that it knows; a request with another is as good as any, and the address is there or not.
  if (code === "HPE_INVALID_METHOD" && "rawPacket" in error && error.rawPacket instanceof Uint8Array) {
    const [line, url] = requestLine.exec(new TextDecoder("latin1").decode(error.rawPacket)) ?? []
    // Further on in the packet it is another request that could not be read, and this line that of a good one.
    const isOfIt = line !== undefined && "bytesParsed" in error && Number(error.bytesParsed) <= line.indexOf(" ")
    if (isOfIt && url !== undefined) return ofMethod(url)
  }
  return unreadable
}

interface Told {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a refusal says where no program has answered. */
const told = ({ detail, headers, slug, status }: Refusal, secure: boolean): Told => {
  const requestId = globalThis.crypto.randomUUID()
  const { title } = problemTypes[slug]
  const body = JSON.stringify({
    type: `/problems/${slug}`,
    title,
    status,
    detail,
    instance: "/",
    code: slug,
    requestId
  })
  return {
    body,
    headers: {
      "content-type": "application/problem+json",
      "content-length": String(new TextEncoder().encode(body).length),
      "x-request-id": requestId,
      vary: "Origin",
      ...bareHeaders(secure),
      ...headers,
      connection: "close"
    }
  }
}

/** An answer as bytes, for where there is no request that a response could belong to. */
const written = (refusal: Refusal, secure: boolean): string => {
  const { body, headers } = told(refusal, secure)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines, "", body].join("\r\n")
}

/** What a connection has been asked so far: the answers that are not out yet, and the latest of all. */
interface Asked {
  readonly open: Set<ServerResponse>
  latest: ServerResponse
}

/** Lets everything that no request came of be answered like the rest: as a problem, with the same headers. */
const answerTheUnreadable = (server: Server, secure: boolean) => {
  const asked = new WeakMap<Duplex, Asked>()
  const refused = new WeakSet<Duplex>()
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const { open } = asked.get(socket) ?? { open: new Set() }
    asked.set(socket, { open: open.add(response), latest: response })
    response.once("close", () => open.delete(response))
  })

  /** In its turn: a request that has come whole is answered first, as it takes effect whatever follows it. */
  const inTurn = (socket: Duplex, refusal: Refusal): void => {
    // It is being hung up already, once what was said is out.
    if (socket.writableEnded) return
    if (!socket.writable) return void socket.destroy()
    const { latest, open } = asked.get(socket) ?? { open: new Set<ServerResponse>() }
    const whole = [...open].find(({ req }) => req.complete)
    if (whole !== undefined) return void whole.once("close", () => inTurn(socket, refusal))
    // What the rest of a request could not be read of has its answer, or half of it: more bytes would read as its end.
    const isAnswered = latest !== undefined && latest.headersSent && !latest.req.complete
    if (isAnswered) socket.destroy()
    else socket.end(written(refusal, secure), () => socket.destroy())
  }

  const refuse = (socket: Duplex, refusal: Refusal) => {
    // Bytes that come after those that could not be read cannot be read either.
    if (refused.has(socket)) return
    refused.add(socket)
    inTurn(socket, refusal)
  }

  server.on("clientError", (error: Error, socket: Duplex) => refuse(socket, refusalOf(error)))
  // CONNECT asks for a tunnel; its address is a host, and none is reached through here.
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => socket.destroy())
    refuse(socket, ofMethod(request.url ?? ""))
  })
  server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
    const { body, headers } = told(unexpected, secure)
    // Node sends it in its turn, and hangs up.
    response.writeHead(unexpected.status, headers).end(body)
  })
}

/**
 * Keeps requests that come while the program behind the port is still being built, until there is somebody to answer
 * them: Node would have nobody hear of them, and they would wait for ever.
 */
const keepTheEarly = (server: Server) => {
  const early: Array<readonly [IncomingMessage, ServerResponse]> = []
  const keep = (request: IncomingMessage, response: ServerResponse) => void early.push([request, response])
  server.on("request", keep)
  server.on("newListener", (event, listener) => {
    if (event !== "request" || listener === keep) return
    server.off("request", keep)
    // The listener is not there yet when it is announced.
    queueMicrotask(() => {
      for (const [request, response] of early.splice(0)) listener.call(server, request, response)
    })
  })
}

/** Once it takes no more connections, those are closed whose last answer has just gone out: Node keeps them for another. */
const hangUpWhenClosed = (server: Server) => {
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    response.once("close", () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
}

/** How long clients may take, in milliseconds, and how often it is looked whether one has taken longer. */
interface Patience {
  readonly headers: number
  readonly request: number
  readonly lookEvery: number
}

const patient: Patience = { headers: 10_000, request: 30_000, lookEvery: 1000 }

/** Node's server with our limits: 16 KiB of headers, 10 s for them, 30 s for a request. */
export const nodeServer = (
  { patience = patient, secure }: { readonly secure: boolean; readonly patience?: Patience }
): Server => {
  const server = createServer({
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    connectionsCheckingInterval: patience.lookEvery,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 65_000,
    // The edge refuses those, as a problem.
    requireHostHeader: false
  })
  answerTheUnreadable(server, secure)
  hangUpWhenClosed(server)
  keepTheEarly(server)
  return server
}

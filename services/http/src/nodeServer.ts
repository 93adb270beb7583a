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
    const [, url] = requestLine.exec(new TextDecoder("latin1").decode(error.rawPacket)) ?? []
    if (url !== undefined) return ofMethod(url)
  }
  return unreadable
}

/** An answer as bytes, for where there is no request that a response could belong to. */
const written = ({ detail, headers, slug, status }: Refusal, secure: boolean): string => {
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
  const all = {
    "content-type": "application/problem+json",
    "content-length": String(new TextEncoder().encode(body).length),
    "x-request-id": requestId,
    vary: "Origin",
    ...bareHeaders(secure),
    ...headers,
    connection: "close"
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n")
}

/** Lets everything that no request came of be answered like the rest: as a problem, with the same headers. */
const answerTheUnreadable = (server: Server, secure: boolean) => {
  const latest = new WeakMap<Duplex, ServerResponse>()
  server.on("request", (request: IncomingMessage, response: ServerResponse) => latest.set(request.socket, response))

  const refuse = (socket: Duplex, refusal: Refusal) => {
    const open = latest.get(socket)
    // Half an answer is on its way already: more bytes would read as its end.
    const between = open !== undefined && open.headersSent && !open.writableFinished
    if (!socket.writable || between) socket.destroy()
    else socket.end(written(refusal, secure), () => socket.destroy())
  }

  server.on("clientError", (error: Error, socket: Duplex) => refuse(socket, refusalOf(error)))
  // CONNECT asks for a tunnel; its address is a host, and none is reached through here.
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => socket.destroy())
    refuse(socket, ofMethod(request.url ?? ""))
  })
  server.on(
    "checkExpectation",
    ({ socket }: IncomingMessage) => refuse(socket, invalid(417, "Nothing but `100-continue` can be expected here."))
  )
}

/** Node's server with our limits: 16 KiB of headers, 10 s for them, 30 s for a request. */
export const nodeServer = ({ secure }: { readonly secure: boolean }): Server => {
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 65_000,
    // The edge refuses those, as a problem.
    requireHostHeader: false
  })
  answerTheUnreadable(server, secure)
  return server
}

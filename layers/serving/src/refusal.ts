import type { ProblemSlug } from "@opsdesk/kernel/ProblemType"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"

export interface Refusal {
  readonly slug: ProblemSlug
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

export const unauthenticated = (hasToken: boolean): Refusal => ({
  slug: "unauthenticated",
  detail: "Send an access token: `Authorization: Bearer …`, or a subprotocol `opsdesk.bearer.…` beside the other.",
  headers: { "www-authenticate": `Bearer realm="opsdesk"${hasToken ? ", error=\"invalid_token\"" : ""}` }
})

export const foreignOrigin: Refusal = { slug: "forbidden", detail: "Pages of this origin may not connect." }

export const tooMany = (detail: string, seconds: number): Refusal => ({
  slug: "rate-limited",
  detail,
  headers: { "retry-after": String(seconds) }
})

export const unavailable: Refusal = {
  slug: "dependency-unavailable",
  detail: "The desk cannot take connections now. Try again shortly.",
  headers: { "retry-after": "5" }
}

/** Answers a handshake that is not accepted, as a problem (RFC 9457) like every other refusal, and hangs up. */
export const refuse = (socket: Duplex, { detail, headers, slug }: Refusal, instance: string): void => {
  const { status, title } = problemTypes[slug]
  const requestId = globalThis.crypto.randomUUID()
  const body = JSON.stringify({
    type: `/problems/${slug}`,
    title,
    status,
    detail,
    instance,
    code: slug,
    requestId
  })
  const all: Record<string, string> = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "x-request-id": requestId,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    vary: "Origin",
    ...headers,
    connection: "close"
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"), () => socket.destroy())
}

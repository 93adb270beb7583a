import { Redacted } from "effect"
import type { IncomingMessage } from "node:http"

/** Small frames in few pieces: chat needs no more, and memory is not for whoever opens a socket to fill. */
export const frugal = {
  maxPayload: 65_536,
  maxFragments: 16,
  maxBufferedChunks: 256,
  perMessageDeflate: false
} as const

const bearer = "opsdesk.bearer."

const offered = (request: IncomingMessage): ReadonlyArray<string> =>
  (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim())

/**
 * The token of a handshake: from `Authorization`, or, as a browser cannot send that, from the subprotocols. Never from the
 * address, which is written into logs on its way.
 */
export const tokenOf = (request: IncomingMessage): Redacted.Redacted<string> | null => {
  const [, header] = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? "") ?? []
  const named = offered(request).find((name) => name.startsWith(bearer))?.slice(bearer.length)
  const token = header ?? named
  return token === undefined || token === "" ? null : Redacted.make(token)
}

/** Only pages of the desk; who is no page says no origin, and comes with a token or not at all (RFC 6454, section 7). */
export const isFromHere = (request: IncomingMessage, origins: ReadonlySet<string>): boolean => {
  const { origin } = request.headers
  return origin === undefined || origins.has(origin)
}

/** When a token runs out, in milliseconds, where it says so (RFC 7519, section 4.1.4). Whoever asks has verified it. */
export const endOf = (token: Redacted.Redacted<string>): number | null => {
  const [, payload] = Redacted.value(token).split(".")
  if (payload === undefined) return null
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))
    if (typeof claims !== "object" || claims === null || !("exp" in claims)) return null
    return typeof claims.exp === "number" ? claims.exp * 1000 : null
  } catch {
    return null
  }
}

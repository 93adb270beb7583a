import { Option } from "effect"
import type { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const inline = (html: string, tag: string): ReadonlyArray<string> =>
  [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map(([, text = ""]) => hash(text))

/** Data runs nothing, and nobody shows it in a frame (CSP Level 3). */
const closed = "default-src 'none'; frame-ancestors 'none'"

/** A page may run and wear what stands in it, and a page that runs something may ask this desk. */
const openFor = (html: string): string => {
  const scripts = inline(html, "script")
  return [
    "default-src 'none'",
    ...(scripts.length === 0 ? [] : [`script-src ${scripts.join(" ")}`, "connect-src 'self'", "img-src 'self' data:"]),
    `style-src ${inline(html, "style").join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

/** A page is the same each time, and one of them is large. */
const policies = new WeakMap<Uint8Array, string>()

const policyFor = ({ body, headers }: HttpServerResponse.HttpServerResponse): string => {
  if (body._tag !== "Uint8Array" || headers["content-type"]?.startsWith("text/html") !== true) return closed
  const known = policies.get(body.body)
  if (known !== undefined) return known
  const policy = openFor(new TextDecoder().decode(body.body))
  policies.set(body.body, policy)
  return policy
}

type Asked = Pick<HttpServerRequest.HttpServerRequest, "method" | "url">

/** Answers that can hold a secret: sessions, and API tokens that have just been made. */
const holdsSecret = ({ method, url }: Asked) =>
  url.startsWith("/v1/auth/") || (method === "POST" && url.startsWith("/v1/api-tokens"))

/**
 * Answers belong to whoever asked and are asked for again each time; secrets, and what fits one moment only, are not kept
 * at all.
 */
const cacheControl = (asked: Asked, status: number): string => {
  const { url } = asked
  if (holdsSecret(asked) || url.startsWith("/graphql")) return "no-store"
  if (url.startsWith("/v1/")) return "private, no-cache"
  return status >= 400 || url.startsWith("/health") || url.startsWith("/metrics") ? "no-store" : "no-cache"
}

/** Whether people reach the desk by https: only then may a browser be told to use nothing else. */
export const isSecure = ({ publicUrl }: { readonly publicUrl: Option.Option<URL> }): boolean =>
  Option.exists(publicUrl, ({ protocol }) => protocol === "https:")

const yearInSeconds = 31_536_000

const plainHeaders: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
}

const secureHeaders: Record<string, string> = {
  ...plainHeaders,
  "strict-transport-security": `max-age=${yearInSeconds}`
}

/** What every answer says to a browser, whatever it is. `secure`: people reach the desk by https. */
export const fixedHeaders = (secure: boolean): Record<string, string> => secure ? secureHeaders : plainHeaders

/** For answers that are not written by the server itself. */
export const bareHeaders = (secure: boolean): Record<string, string> => ({
  ...fixedHeaders(secure),
  "content-security-policy": closed,
  "cache-control": "no-store"
})

export const securityHeaders = (
  response: HttpServerResponse.HttpServerResponse,
  asked: Asked,
  secure: boolean
): Record<string, string> => ({
  ...fixedHeaders(secure),
  // A page that needs more than its own text says so itself.
  "content-security-policy": response.headers["content-security-policy"] ?? policyFor(response),
  "cache-control": response.headers["cache-control"] ?? cacheControl(asked, response.status)
})

import { Option } from "effect"
import { isLoopback } from "./isLoopback.ts"

/** What of the settings says where the desk's own pages are. */
export interface Whereabouts {
  readonly publicUrl: Option.Option<URL>
  readonly host: string
  readonly port: number
}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

const bracketed = (host: string) => host.includes(":") ? `[${host}]` : host

/**
 * The origins (RFC 6454) whose pages may ask: that of the public URL, and no other. On one's own machine the desk has
 * three names, which are one to whoever types them.
 */
export const originsOf = ({ host, port, publicUrl }: Whereabouts): ReadonlySet<string> => {
  const own = Option.getOrElse(publicUrl, () => new URL(`http://${bracketed(host)}:${port}`))
  if (!isLoopback(own.hostname.replaceAll(/[[\]]/g, ""))) return new Set([own.origin])
  const at = own.port === "" ? "" : `:${own.port}`
  return new Set([own.origin, ...loopbackNames.map((name) => `${own.protocol}//${name}${at}`)])
}

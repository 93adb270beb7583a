import { Option } from "effect"

/** An address that names a host: IPv6 stands in brackets there. */
const inUrl = (host: string) => host.includes(":") ? `[${host}]` : host

/** Where people reach the desk; one that listens on every address is reached on this machine, as far as it knows. */
export const publicOrigin = ({ host, port, publicUrl }: {
  readonly host: string
  readonly port: number
  readonly publicUrl: Option.Option<URL>
}): string =>
  Option.match(publicUrl, {
    onNone: () => `http://${host === "0.0.0.0" || host === "::" ? "localhost" : inUrl(host)}:${port}`,
    onSome: ({ origin }) => origin
  })

/** Whom mails come from where nobody has said so: somebody at the host that people know. */
export const senderAt = (origin: string): string => {
  const { hostname } = new URL(origin)
  const isName = /[a-z]/i.test(hostname) && !hostname.startsWith("[")
  return `OpsDesk <opsdesk@${isName ? hostname : "localhost"}>`
}

/** What an operator says of the provider; `Settings` has checked it. */
export interface ProviderOptions {
  /** As tokens name it in `iss`, letter by letter. */
  readonly issuer: string
  /** Whom access tokens must be meant for. */
  readonly audience: string
  /** The desk's page as a client of the provider: a public one, with PKCE and without a secret. */
  readonly clientId: string
  /** Where claims have the roles: a name, or names with dots between them. */
  readonly rolesClaim: string
  readonly redirectUri: string
}

/** `fetch` and `URL` write IPv6 in brackets. */
const isLoopback = (hostname: string) =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname)

/** Whether an address can be trusted to be who it says: https, or a provider on this very machine. */
export const isTrustworthy = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { hostname, password, protocol, username } = new URL(url)
  if (username !== "" || password !== "") return false
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname))
}

/**
 * Whether the desk may go where an issuer sends it. Only a provider on this machine sends to this machine: another would
 * have the desk ask what listens here and trusts its neighbours.
 */
export const isTrustworthyFrom = (issuer: string, url: string): boolean =>
  isTrustworthy(url) && (new URL(url).protocol === "https:" || new URL(issuer).protocol === "http:")

import type { ProviderOptions } from "@opsdesk/oidc/ProviderOptions"
import { isTrustworthy } from "@opsdesk/oidc/ProviderOptions"
import { Option } from "effect"

/** What the environment says of a provider of identities, and of the desk's own address. */
interface Found {
  readonly host: string
  readonly port: number
  readonly publicUrl: Option.Option<URL>
  readonly oidcIssuer: Option.Option<string>
  readonly oidcAudience: Option.Option<string>
  readonly oidcClientId: Option.Option<string>
  readonly oidcRolesClaim: string
}

/** Why a provider cannot be used as it is said, in one line; null where it can, or where there is none. */
export const refusalOfProvider = ({ oidcAudience, oidcClientId, oidcIssuer, publicUrl }: Found): string | null => {
  if (Option.isNone(oidcIssuer)) {
    return Option.isSome(oidcAudience) || Option.isSome(oidcClientId)
      ? "OIDC_AUDIENCE and OIDC_CLIENT_ID need OIDC_ISSUER: set all three or none"
      : null
  }
  if (!isTrustworthy(oidcIssuer.value) || /[?#]/.test(oidcIssuer.value)) {
    return "OIDC_ISSUER must be an https:// address, or http:// on a loopback address, without query"
  }
  if (Option.isNone(oidcAudience) || Option.isNone(oidcClientId)) {
    return "OIDC_ISSUER needs OIDC_AUDIENCE and OIDC_CLIENT_ID: set all three or none"
  }
  if (oidcAudience.value === oidcClientId.value) {
    return "OIDC_AUDIENCE must not be OIDC_CLIENT_ID: identity tokens would pass for access tokens"
  }
  if (Option.isSome(publicUrl) && publicUrl.value.origin === oidcIssuer.value) {
    return "OIDC_ISSUER must not be OPSDESK_PUBLIC_URL: that is the issuer of the desk's own tokens"
  }
  return null
}

/** An address that names a host: IPv6 stands in brackets there. */
const inUrl = (host: string) => host.includes(":") ? `[${host}]` : host

/** The provider, where there is one. Browsers come back to the desk's public address. */
export const providerOf = (found: Found): Option.Option<ProviderOptions> =>
  Option.map(
    Option.all({ issuer: found.oidcIssuer, audience: found.oidcAudience, clientId: found.oidcClientId }),
    (provider) => ({
      ...provider,
      rolesClaim: found.oidcRolesClaim,
      redirectUri: new URL(
        "/v1/auth/oidc/callback",
        Option.getOrElse(found.publicUrl, () => `http://${inUrl(found.host)}:${found.port}`)
      ).href
    })
  )

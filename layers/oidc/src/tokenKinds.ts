import type { Claims } from "./claims.ts"

const typeOf = ({ typ }: Claims) => typeof typ === "string" ? typ.toLowerCase() : typ

const accessTypes: ReadonlyArray<unknown> = [undefined, "jwt", "at+jwt", "application/at+jwt"]

/**
 * A bearer's access token (RFC 9068 and what came before it). Identity tokens say so in one of three ways, and a token
 * that is bound to its holder's key (`cnf`, RFC 7800) is no good in the hands of a bearer.
 */
export const isAccessToken = (header: Claims, claims: Claims): boolean =>
  accessTypes.includes(typeOf(header)) && (claims["typ"] === undefined || claims["typ"] === "Bearer") &&
  claims["nonce"] === undefined && claims["at_hash"] === undefined && claims["c_hash"] === undefined &&
  claims["cnf"] === undefined

const idTypes: ReadonlyArray<unknown> = [undefined, "jwt", "id+jwt"]

/** An identity token for this client (OpenID Connect Core 1.0, section 3.1.3.7): one for several names whom it was made for. */
export const isIdTokenOf = (clientId: string) => (header: Claims, claims: Claims): boolean =>
  idTypes.includes(typeOf(header)) && (claims["typ"] === undefined || claims["typ"] === "ID") &&
  (claims["azp"] === undefined
    ? !Array.isArray(claims["aud"]) || claims["aud"].length === 1
    : claims["azp"] === clientId)

import type { Vouched } from "@opsdesk/capabilities/IdentityProvider"
import { Text } from "@opsdesk/kernel/Text"
import { DateTime, Option, Schema } from "effect"
import type { ProviderOptions } from "./ProviderOptions.ts"

export type Claims = { readonly [claim: string]: unknown }

/** A subject has at most 255 characters (OpenID Connect Core 1.0, section 2). */
const Standing = Schema.Struct({
  iss: Schema.String,
  sub: Text(1, 255),
  iat: Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 8_000_000_000 }))
})
const decodeStanding = Schema.decodeUnknownOption(Standing)

const decodeEmail = Schema.decodeUnknownOption(Text(3, 320).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/u)))
const decodeName = Schema.decodeUnknownOption(Text(1, 2000))
const decodeObject = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))
const decodeRoles = Schema.decodeUnknownOption(Schema.Array(Schema.String).check(Schema.isMaxLength(500)))

const maxName = 200

/** What a claim says as a person's name: cut to what an account holds, none where nothing is left. */
const nameIn = (claim: unknown): Option.Option<string> =>
  decodeName(claim).pipe(
    Option.map((name) => [...name.trim()].slice(0, maxName).join("").trim()),
    Option.filter((name) => name !== "")
  )

/** The claim of that very name (`https://desk.example/roles` has dots too), or what the dots lead to. */
const at = (claims: Claims, path: string): unknown => {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path.split(".").reduce<unknown>((value, step) => {
    const object = decodeObject(value)
    return Option.isSome(object) && Object.hasOwn(object.value, step) ? object.value[step] : undefined
  }, claims)
}

/**
 * Some providers write a single role as plain text. Where there is no claim nothing is said, which is not the same as no
 * roles; a claim that cannot be read gives none.
 */
const rolesIn = (claim: unknown): ReadonlyArray<string> | null => {
  if (claim === undefined) return null
  return typeof claim === "string" ? [claim] : Option.getOrElse(decodeRoles(claim), () => [])
}

/** Whom verified claims speak of, or none where they lack what every token has. */
export const vouchedIn = (claims: Claims, { rolesClaim }: ProviderOptions): Option.Option<Vouched> =>
  Option.map(decodeStanding(claims), ({ iat, iss, sub }) => ({
    issuer: iss,
    subject: sub,
    email: claims["email_verified"] === false ? null : Option.getOrNull(decodeEmail(claims["email"])),
    name: Option.getOrNull(Option.firstSomeOf([nameIn(claims["name"]), nameIn(claims["preferred_username"])])),
    roles: rolesIn(at(claims, rolesClaim)),
    at: DateTime.makeUnsafe(Math.floor(iat) * 1000)
  }))

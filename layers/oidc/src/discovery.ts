import { Effect, Option, Schema } from "effect"
import { boundedJson, ProviderTrouble } from "./boundedJson.ts"
import { isTrustworthyFrom } from "./ProviderOptions.ts"

/** What the desk uses of a provider's metadata (OpenID Connect Discovery 1.0, section 3; RFC 9207). */
const Metadata = Schema.Struct({
  issuer: Schema.String,
  authorization_endpoint: Schema.String,
  token_endpoint: Schema.String,
  jwks_uri: Schema.String,
  authorization_response_iss_parameter_supported: Schema.optionalKey(Schema.Boolean)
})
export type Metadata = typeof Metadata.Type

const decode = Schema.decodeUnknownOption(Metadata)

/** What an issuer sends as its metadata, where it can be used and all its addresses are such as the desk may ask. */
export const usableMetadata = (issuer: string, sent: unknown): Option.Option<Metadata> =>
  Option.filter(
    decode(sent),
    ({ authorization_endpoint, jwks_uri, token_endpoint }) =>
      [authorization_endpoint, jwks_uri, token_endpoint].every((url) => isTrustworthyFrom(issuer, url))
  )

/** OpenID Connect Discovery 1.0, section 4.1: below the issuer, whose slash at the end goes first. */
const metadataOf = (issuer: string) => `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`

/** Asks the issuer for its metadata, which must name it letter by letter: or it is another's. */
export const discover = (issuer: string): Effect.Effect<Metadata, ProviderTrouble> =>
  Effect.gen(function*() {
    const url = metadataOf(issuer)
    const { json, status } = yield* boundedJson(url)
    const metadata = status === 200 ? usableMetadata(issuer, json) : Option.none()
    if (Option.isNone(metadata)) {
      return yield* new ProviderTrouble({ message: `${url}: has no metadata that can be used` })
    }
    if (metadata.value.issuer !== issuer) {
      return yield* new ProviderTrouble({ message: `${url}: is the metadata of another issuer` })
    }
    return metadata.value
  })

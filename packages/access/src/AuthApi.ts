import { Data } from "@opsdesk/kernel/Page"
import { DependencyUnavailable, RateLimited } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { SignInRefused } from "./AccessProblems.ts"
import { anyone, EndpointAccess } from "./Authentication.ts"
import { Credentials, Session } from "./Session.ts"

export type { Access } from "./Authentication.ts"
/** Part of every contract: whoever reads the contracts only reads it here. */
export { EndpointAccess } from "./Authentication.ts"

const PublicKey = Schema.Struct({
  kty: Schema.Literal("OKP"),
  crv: Schema.Literal("Ed25519"),
  x: Schema.String.annotate({ examples: ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"] }),
  kid: Schema.String.annotate({ examples: ["0198c7a2-5d1e-7c4b-9a3f-2b8d4e6f1a07"] }),
  use: Schema.Literal("sig"),
  alg: Schema.Literal("EdDSA")
}).annotate({ identifier: "PublicKey", description: "A public signing key (RFC 7517, RFC 8037)" })

export class AuthApi extends HttpApiGroup.make("auth")
  .add(
    HttpApiEndpoint.post("login", "/v1/auth/login", {
      payload: Credentials,
      success: Data(Session),
      error: [SignInRefused, RateLimited, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Sign in",
      description:
        "Gives an access token for 15 minutes. An unknown address, a wrong password and a deactivated account get the same answer. Failed sign-ins are limited per account, sign-ins per address."
    })).annotate(EndpointAccess, anyone),
    HttpApiEndpoint.get("keys", "/.well-known/jwks.json", {
      success: Schema.Struct({ keys: Schema.Array(PublicKey) }),
      error: DependencyUnavailable
    }).annotateMerge(OpenApi.annotations({
      summary: "The public keys that access tokens are signed with",
      description: "A JSON Web Key Set (RFC 7517)."
    })).annotate(EndpointAccess, anyone)
  )
  .annotateMerge(OpenApi.annotations({ title: "Sign-in", description: "Sessions and keys" }))
{}

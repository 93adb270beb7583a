import { Data, said } from "@opsdesk/kernel/Page"
import { DependencyUnavailable, RateLimited } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { NoSession, PasswordsNotTaken, RefreshRefused, SignInRefused } from "./AccessProblems.ts"
import { anyone, Authentication, EndpointAccess, PassesOverBody, signedIn } from "./Authentication.ts"
import { Credentials, Renewal, Session } from "./Session.ts"

export type { Access } from "./Authentication.ts"
/** Part of every contract: whoever reads the contracts only reads it here. */
export { Authentication, EndpointAccess } from "./Authentication.ts"

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
      error: [SignInRefused, PasswordsNotTaken, RateLimited, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Sign in",
      description:
        "Gives an access token for 15 minutes. An unknown address, a wrong password and a deactivated account get the same answer. Failed sign-ins are limited per account, sign-ins per address. A desk that leaves sign-in to a provider takes no passwords: 403."
    })).annotate(EndpointAccess, anyone),
    HttpApiEndpoint.post("refresh", "/v1/auth/refresh", {
      headers: {
        "idempotency-key": Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,255}$/u, {
          message: "must be 1 to 255 visible ASCII characters"
        }))).pipe(said("Whoever repeats it within 10 seconds gets the same answer's refresh token again"))
      },
      payload: Renewal,
      success: Data(Session),
      error: [RefreshRefused, RateLimited, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Go on with a session",
      description:
        "Takes a refresh token and gives the next one, with a new access token. A token is good once: a second use ends the session, except that a client which has lost the answer may ask again within 10 seconds with the same `Idempotency-Key`."
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

/** What only somebody who is signed in can ask of a session. */
export class SessionApi extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("logout", "/v1/auth/logout", {
      success: HttpApiSchema.NoContent,
      error: [NoSession, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Sign out",
      description: "Ends the session of the access token, with all its tokens, everywhere. A body is passed over."
    })).annotate(EndpointAccess, signedIn).annotate(PassesOverBody, true)
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Session", description: "The session one acts in" }))
{}

import { Data, said } from "@opsdesk/kernel/Page"
import { DependencyUnavailable, RateLimited } from "@opsdesk/kernel/Problem"
import { Text } from "@opsdesk/kernel/Text"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { HandoffRefused, NoProvider } from "./AccessProblems.ts"
import { anyone, EndpointAccess } from "./Authentication.ts"
import { Session } from "./Session.ts"

const SignInConfig = Schema.Struct({
  enabled: Schema.Boolean.annotate({ description: "Whether people can sign in at a provider" }),
  localLogin: Schema.Boolean.annotate({ description: "Whether `POST /v1/auth/login` takes passwords" }),
  issuer: Schema.NullOr(Schema.String.annotate({ examples: ["https://id.example.com/realms/opsdesk"] })),
  clientId: Schema.NullOr(Schema.String.annotate({ examples: ["opsdesk-web"] }))
}).annotate({ identifier: "SignInConfig" })

/** As a provider may have them: opaque, but text, and short enough for an address. */
const parameter = Schema.optionalKey(Text(1, 4000))

/** A client passes over what it does not know (RFC 6749, section 4.1.2): providers send parameters of their own. */
const answerQuery = Schema.StructWithRest(
  Schema.Struct({
    state: parameter.pipe(said("As it was sent to the provider")),
    code: parameter.pipe(said("What the desk gives the provider for its tokens")),
    iss: parameter.pipe(said("The provider that answers (RFC 9207)")),
    error: parameter.pipe(said("Why the provider refuses; the desk shows `denied`, whatever it is"))
  }),
  [Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)]))]
)

const elsewhere = HttpApiSchema.WithHeaders(HttpApiSchema.Empty(302), { location: Schema.String })
const toThePage = HttpApiSchema.WithHeaders(HttpApiSchema.Empty(303), { location: Schema.String })

const Handoff = Schema.Struct({
  code: Text(1, 100).annotate({ examples: ["p2Zk0J7mB1xq5Q8yq1o3mT6c9vW4sN0uYd2hLr7aEfI"] })
}).annotate({ identifier: "Handoff" })

export class OidcApi extends HttpApiGroup.make("oidc")
  .add(
    HttpApiEndpoint.get("signInConfig", "/v1/auth/oidc/config", { success: Data(SignInConfig) })
      .annotateMerge(OpenApi.annotations({
        summary: "How people sign in to this desk",
        description: "The provider of identities, if there is one, and whether passwords are taken."
      })).annotate(EndpointAccess, anyone),
    HttpApiEndpoint.get("startSignIn", "/v1/auth/oidc/start", {
      success: elsewhere,
      error: [NoProvider, RateLimited, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Sign in at the provider",
      description:
        "Sends the browser to the provider (authorization code, PKCE with S256), with a cookie that the way back needs. It is good for 10 minutes, and only the sign-in begun last in a browser can be finished. A browser (`Accept: text/html`) that cannot be sent there goes to the page instead: to `/#oidc-error=unavailable` (the provider is away) or `/#oidc-error=busy` (too many attempts)."
    })).annotate(EndpointAccess, anyone),
    HttpApiEndpoint.get("finishSignIn", "/v1/auth/oidc/callback", {
      query: answerQuery,
      success: toThePage,
      error: [NoProvider, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Come back from the provider",
      description:
        "Where the provider sends the browser. Goes on to the page: to `/#oidc=<code>` with a code for `POST /v1/auth/oidc/session`, or to `/#oidc-error=<why>`, which is `expired` (too late, answered before, or begun in another browser), `denied` (the provider or the person said no), `refused` (what the provider said is not good, or the account is deactivated) or `unavailable` (the provider is away)."
    })).annotate(EndpointAccess, anyone),
    HttpApiEndpoint.post("takeSession", "/v1/auth/oidc/session", {
      payload: Handoff,
      success: Data(Session),
      error: [HandoffRefused, NoProvider, RateLimited, DependencyUnavailable]
    }).annotateMerge(OpenApi.annotations({
      summary: "Take the session of a sign-in at the provider",
      description:
        "Gives what signing in with a password gives. The code is good once, for 60 seconds, and only with the cookie of the browser that began."
    })).annotate(EndpointAccess, anyone)
  )
  .annotateMerge(OpenApi.annotations({ title: "Sign-in at a provider", description: "OpenID Connect" }))
{}

import { ApiTokenId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ApiTokenNotFound, NotWithApiToken } from "./AccessProblems.ts"
import { ApiToken, ApiTokenMade, NewApiToken } from "./ApiToken.ts"
import { Authentication, EndpointAccess, signedIn } from "./Authentication.ts"

const id = { id: ApiTokenId.pipe(said("The token's id")) }

export class ApiTokensApi extends HttpApiGroup.make("apiTokens")
  .add(
    HttpApiEndpoint.get("listApiTokens", "/v1/api-tokens", {
      query: pageQuery,
      success: PageOf(ApiToken.json),
      error: [ValidationFailed, NotWithApiToken]
    }).annotateMerge(OpenApi.annotations({
      summary: "Your API tokens, the newest first",
      description: "Without the tokens themselves. Those that have expired stay until you revoke them."
    })).annotate(EndpointAccess, signedIn),
    HttpApiEndpoint.post("createApiToken", "/v1/api-tokens", {
      payload: NewApiToken,
      success: HttpApiSchema.WithHeaders(Data(ApiTokenMade).pipe(HttpApiSchema.status(201)), {
        location: Schema.String
      }),
      error: [ValidationFailed, Forbidden, NotWithApiToken]
    }).annotateMerge(OpenApi.annotations({
      summary: "Make an API token",
      description:
        "For a machine that acts in your name: send it as `Authorization: Bearer opd_…`. It may do what its scopes and your roles both grant at that moment, but neither deal with tokens nor give roles nor set passwords. It lasts for 90 days, or until `expiresAt`, a year at most."
    })).annotate(EndpointAccess, signedIn),
    HttpApiEndpoint.get("getApiToken", "/v1/api-tokens/:id", {
      params: id,
      success: Data(ApiToken.json),
      error: [ApiTokenNotFound, NotWithApiToken]
    }).annotateMerge(OpenApi.annotations({ summary: "One of your API tokens, without the token itself" }))
      .annotate(EndpointAccess, signedIn),
    HttpApiEndpoint.delete("revokeApiToken", "/v1/api-tokens/:id", {
      params: id,
      success: HttpApiSchema.NoContent,
      error: [ApiTokenNotFound, NotWithApiToken]
    }).annotateMerge(OpenApi.annotations({
      summary: "Revoke one of your API tokens",
      description: "It is good for nothing from the next request on."
    })).annotate(EndpointAccess, signedIn)
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "API tokens", description: "Tokens for machines" }))
{}

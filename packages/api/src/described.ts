import type { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { HttpApi } from "effect/http-api"
import { sharedHeaders, sharedParameters } from "./headers.ts"
import type { Node } from "./json.ts"
import { isNode, mapped, nodeOf, textOf } from "./json.ts"
import { describedOperation } from "./operations.ts"
import { withReadableSchemas } from "./schemas.ts"

/** Every endpoint under the name that its operation has in the document. */
export const endpointsOf = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>
): ReadonlyMap<string, HttpApiEndpoint.Top> => {
  const endpoints = new Map<string, HttpApiEndpoint.Top>()
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => void endpoints.set(`${group.identifier}.${endpoint.identifier}`, endpoint)
  })
  return endpoints
}

const bearer: Node = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "The `accessToken` from signing in, which lasts 15 minutes; or an API token, which begins with `opd_`."
}

/** What the generator writes of an API, with everything that only the endpoints and the schemas' examples know. */
export const described = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  bare: Node
): Node => {
  const endpoints = endpointsOf(api)
  const document = withReadableSchemas(bare)
  const components = nodeOf(document.components)
  const named = nodeOf(components.schemas)
  return {
    ...document,
    components: {
      ...components,
      headers: sharedHeaders,
      parameters: sharedParameters,
      securitySchemes: mapped(nodeOf(components.securitySchemes), (scheme, name) => name === "bearer" ? bearer : scheme)
    },
    paths: mapped(nodeOf(document.paths), (path) =>
      mapped(nodeOf(path), (operation) => {
        const endpoint = isNode(operation) ? endpoints.get(textOf(operation.operationId)) : undefined
        return endpoint === undefined ? operation : describedOperation(endpoint, nodeOf(operation), named)
      }))
  }
}

import { Effect } from "effect"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** Asks GraphQL, as `POST /graphql` has it. */
export const graph = (
  query: string,
  { headers, variables, ...ask }: Omit<Ask, "body"> & { readonly variables?: object } = {}
) =>
  Effect.flatMap(TestHttp, (http) =>
    http.ask("POST", "/graphql", {
      ...ask,
      body: { query, ...(variables === undefined ? {} : { variables }) },
      headers: { accept: "application/graphql-response+json", ...headers }
    }))

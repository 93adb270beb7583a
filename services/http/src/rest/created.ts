import { HttpApiSchema } from "effect/http-api"

/** What answers a creation: the thing, and where it is from now on. */
export const created = <A>(location: string, data: A) =>
  HttpApiSchema.withHeaders({ body: { data }, headers: { location } })

export const found = <A>(data: A) => ({ data })

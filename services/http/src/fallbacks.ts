import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { addresses, allowed, methods } from "./addresses.ts"

/** What no contract answers: a known address with another method is 405 and says which it has, an unknown one is 404. */
export const Fallbacks = HttpRouter.use(Effect.fnUntraced(function*(router) {
  for (const [path, served] of addresses) {
    const refusal = HttpServerResponse.empty({ status: 405, headers: { allow: allowed(served) } })
    for (const method of methods) {
      if (!served.has(method)) yield* router.add(method, path, refusal)
    }
  }
  // Not for "*": that would answer HEAD too, before the router tries GET for it.
  for (const method of methods) yield* router.add(method, "/*", HttpServerResponse.empty({ status: 404 }))
}))

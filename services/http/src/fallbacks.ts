import { Api } from "@opsdesk/api/Api"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

/** The methods that an address might be asked with. HEAD is GET without a body, wherever there is a GET. */
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"] as const
type Method = typeof methods[number]

const isMethod = (method: string): method is Method => methods.some((known) => known === method)

type Path = `/${string}`
const isPath = (path: string): path is Path => path.startsWith("/")

/** The addresses that are there for people and machines around the interface, all of them GET. */
const plainPaths: ReadonlyArray<Path> = [
  "/health",
  "/health/live",
  "/health/ready",
  "/metrics",
  "/openapi.json",
  "/docs",
  ...Object.keys(problemTypes).map((slug): Path => `/problems/${slug}`)
]

const methodsOf = (): ReadonlyMap<Path, ReadonlySet<Method>> => {
  const served = new Map<Path, Set<Method>>(plainPaths.map((path) => [path, new Set<Method>(["GET"])]))
  for (const group of Object.values(Api.groups)) {
    for (const { method, path } of Object.values(group.endpoints)) {
      if (isMethod(method) && isPath(path)) served.set(path, (served.get(path) ?? new Set()).add(method))
    }
  }
  return served
}

/** What no contract answers: a known address with another method is 405 and says which it has, an unknown one is 404. */
export const Fallbacks = HttpRouter.use(Effect.fnUntraced(function*(router) {
  for (const [path, served] of methodsOf()) {
    const allow = [...served, ...(served.has("GET") ? ["HEAD"] : [])].toSorted().join(", ")
    const refusal = HttpServerResponse.empty({ status: 405, headers: { allow } })
    for (const method of methods) {
      if (!served.has(method)) yield* router.add(method, path, refusal)
    }
  }
  // Not for "*": that would answer HEAD too, before the router tries GET for it.
  for (const method of methods) yield* router.add(method, "/*", HttpServerResponse.empty({ status: 404 }))
}))

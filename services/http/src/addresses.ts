import { Api } from "@opsdesk/api/Api"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { assetPaths } from "./graphql/graphiql/graphiqlPage.ts"
import { assetPath, pagePaths } from "./pages/pageRoutes.ts"

/** The methods that an address might be asked with. HEAD is GET without a body, wherever there is a GET. */
export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"] as const
export type Method = typeof methods[number]

const isMethod = (method: string): method is Method => methods.some((known) => known === method)

/** Whether anything here could have this method; with another no route is asked. */
export const isKnownMethod = (method: string): boolean => method === "HEAD" || isMethod(method)

export type Path = `/${string}`
const isPath = (path: string): path is Path => path.startsWith("/")

/** The addresses that are there for people and machines around the interface, all of them GET. */
const plainPaths: ReadonlyArray<Path> = [
  "/health",
  "/health/live",
  "/health/ready",
  "/metrics",
  "/openapi.json",
  "/docs",
  ...assetPaths,
  ...pagePaths,
  assetPath,
  ...Object.keys(problemTypes).map((slug): Path => `/problems/${slug}`)
]

const methodsOf = (): ReadonlyMap<Path, ReadonlySet<Method>> => {
  const served = new Map<Path, Set<Method>>(plainPaths.map((path) => [path, new Set<Method>(["GET"])]))
  served.set("/graphql", new Set<Method>(["GET", "POST"]))
  for (const group of Object.values(Api.groups)) {
    for (const { method, path } of Object.values(group.endpoints)) {
      if (isMethod(method) && isPath(path)) served.set(path, (served.get(path) ?? new Set()).add(method))
    }
  }
  return served
}

/** Every address, with a name behind a colon wherever it takes something, and the methods that it has. */
export const addresses = methodsOf()

/** As `Allow` lists them. */
export const allowed = (served: ReadonlySet<Method>): string =>
  [...served, ...(served.has("GET") ? ["HEAD"] : [])].toSorted().join(", ")

const patterns = [...addresses].map(([path, served]) =>
  [
    new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:\w+/g, "[^/]+")}$`),
    allowed(served)
  ] as const
)

/** What an address of a request has in `Allow`, or null where nothing is. */
export const allowedAt = (url: string): string | null => {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  return patterns.find(([pattern]) => pattern.test(path))?.[1] ?? null
}

import { openApi } from "@opsdesk/api/openApi"
import { consumers } from "@opsdesk/worker/consumers"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { File } from "../houseViolations.ts"
import { architecture } from "./architecture.ts"
import type { Described } from "./architecture.ts"
import type { Catalog } from "./catalog.ts"
import { envExample, withConfiguration } from "./environment.ts"
import { erd } from "./erd.ts"
import { events } from "./events.ts"
import { graphTypes } from "./graphTypes.ts"
import { permissions } from "./permissions.ts"
import { withBrokenPromises, withPlantedBugs } from "./planted.ts"
import { problemClasses, problems } from "./problems.ts"
import { remarksIn } from "./remarks.ts"

export const root = fileURLToPath(new URL("../../../..", import.meta.url))

const read = (path: string): string => readFileSync(root + path, "utf8")

const find = (...globs: ReadonlyArray<string>): ReadonlyArray<string> =>
  globSync([...globs], { cwd: root, exclude: ["**/node_modules"] }).map((path) => path.replaceAll("\\", "/")).toSorted()

const described = (): ReadonlyArray<Described> =>
  find("{packages,layers,services}/*/package.json").map((path) => {
    const { description }: { readonly description: string } = JSON.parse(read(path))
    return { folder: path.slice(0, path.lastIndexOf("/")), description }
  })

const sources = (): ReadonlyArray<File> =>
  find("{packages,layers,services}/*/src/**/*.ts")
    .filter((path) => !path.startsWith("packages/testkit/"))
    .map((path) => ({ path, text: read(path) }))

const graphSchema = "services/http/src/graphql/schema.graphql"
const typesOfGraph = await graphTypes(read(graphSchema))

/** Every document that the code writes, as it should be now. */
export const documents = (catalog: Catalog): ReadonlyArray<File> => [
  { path: "docs/architecture.md", text: architecture(described()) },
  { path: "docs/erd.md", text: erd(catalog, remarksIn(find("migrations/*.sql").map(read))) },
  { path: "docs/events.md", text: events(consumers) },
  { path: "docs/problems.md", text: problems(problemClasses(sources())) },
  { path: "docs/permissions.md", text: permissions() },
  { path: "docs/openapi.json", text: `${JSON.stringify(openApi(), null, 2)}\n` },
  { path: "docs/reliability.md", text: withBrokenPromises(read("docs/reliability.md")) },
  { path: "docs/security.md", text: withPlantedBugs(read("docs/security.md")) },
  { path: ".env.example", text: envExample() },
  { path: "services/http/src/graphql/types.ts", text: typesOfGraph },
  { path: "README.md", text: withConfiguration(read("README.md")) }
]

/** What stands in the repository, or nothing. */
export const committed = (path: string): string => {
  try {
    return read(path)
  } catch {
    return ""
  }
}

/** Which documents are not what the code would write. */
export const outdated = (catalog: Catalog): ReadonlyArray<File> =>
  documents(catalog).filter(({ path, text }) => committed(path) !== text)

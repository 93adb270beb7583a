import type { File } from "@opsdesk/testkit/houseViolations"
import type { Manifest } from "@opsdesk/testkit/manifestViolations"
import { existsSync, globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../../..", import.meta.url))

export const read = (path: string): string => readFileSync(root + path, "utf8")
export const exists = (path: string): boolean => existsSync(root + path)

/** Files of the repository, from its root, with slashes. */
export const find = (...globs: ReadonlyArray<string>): ReadonlyArray<string> =>
  globSync([...globs], { cwd: root, exclude: ["**/node_modules"] }).map((path) => path.replaceAll("\\", "/")).toSorted()

export const sourceFiles = (): ReadonlyArray<File> =>
  find("{packages,layers,services}/*/{src,test}/**/*.{ts,tsx}").map((path) => ({ path, text: read(path) }))

export const manifests = (): ReadonlyArray<Manifest> =>
  find("{packages,layers,services}/*/package.json").map((path) => ({
    folder: path.slice(0, path.lastIndexOf("/")),
    ...JSON.parse(read(path))
  }))

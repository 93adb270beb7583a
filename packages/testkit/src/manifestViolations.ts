import { anyVendor, folders, forTests, house, nameOf, scope } from "./houseRules.ts"
import type { File } from "./houseViolations.ts"
import { fits } from "./houseViolations.ts"
import { readSource } from "./readSource.ts"

type Dependencies = Readonly<Record<string, string>>

export interface Manifest {
  readonly folder: string
  readonly name: string
  readonly dependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
  readonly devDependencies?: Dependencies
}

const namesOf = (...lists: ReadonlyArray<Dependencies | undefined>): ReadonlyArray<string> =>
  lists.flatMap((list) => Object.keys(list ?? {}))

/** `@scope/name/file` and `name/file` both belong to a package. */
const packageOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** What the manifests of the workspace list and may not, and what the files import and their manifest does not list. */
export const manifestViolations = (
  manifests: ReadonlyArray<Manifest>,
  files: ReadonlyArray<File>
): ReadonlyArray<string> =>
  manifests.flatMap((manifest) => {
    const folder = folders.find((known) => known === manifest.folder)
    if (folder === undefined) return [`${manifest.folder} has no line in houseRules.ts`]
    if (manifest.name !== scope + nameOf(folder)) return [`${folder} should be called ${scope}${nameOf(folder)}`]

    const allowed: ReadonlyArray<string> = house[folder]
    const vendors = anyVendor.some((glob) => fits(glob, folder))
    const listed = namesOf(manifest.dependencies, manifest.optionalDependencies)
    const inTests = [...listed, ...namesOf(manifest.devDependencies)]
    const mayList = (name: string, dev: boolean) =>
      name.startsWith(scope)
        ? allowed.includes(name.slice(scope.length)) || (dev && name === scope + forTests)
        : dev || vendors || name === "effect"

    const used = files.filter(({ path }) => path.startsWith(`${folder}/`)).flatMap(({ path, text }) => {
      const forSource = path.startsWith(`${folder}/src/`) && nameOf(folder) !== forTests
      return readSource(text).imports
        .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
        .map(({ specifier }) => packageOf(specifier))
        .filter((name) => name !== manifest.name && !(forSource ? listed : inTests).includes(name))
        .map((name) => `${path} imports ${name}, which its package.json does not list`)
    })
    return [
      ...listed.filter((name) => !mayList(name, false)).map((name) => `${folder} may not depend on ${name}`),
      ...inTests.slice(listed.length).filter((name) => !mayList(name, true))
        .map((name) => `${folder} may not depend on ${name}, even for its tests`),
      ...new Set(used)
    ]
  })

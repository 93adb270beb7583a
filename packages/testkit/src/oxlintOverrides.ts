import type { Folder, NarrowModule, NarrowWord } from "./houseRules.ts"
import {
  anyVendor,
  contractsOnly,
  folders,
  house,
  narrowModules,
  narrowWords,
  scope,
  sliceNames
} from "./houseRules.ts"
import { fits } from "./houseViolations.ts"

export interface Override {
  readonly files: ReadonlyArray<string>
  readonly rules: Readonly<Record<string, unknown>>
}

const allSources = ["packages/*/src/**", "layers/*/src/**", "services/*/src/**"]

/** An area is a glob too; it is free of a rule when an exception takes all of it in. */
const isFree = (only: ReadonlyArray<string>, area: string) => only.some((glob) => fits(glob, area))

/** The areas that exceptions are made for, and that come after the wide ones: oxlint lets the last fitting override win. */
const narrower = (wide: ReadonlyArray<string>, exceptions: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(exceptions.filter((glob) => !wide.includes(glob)))
]

/** One override for all areas that have the same rules. */
const merged = (overrides: ReadonlyArray<Override>): ReadonlyArray<Override> =>
  [...Map.groupBy(overrides, ({ rules }) => JSON.stringify(rules)).values()].flatMap((same) =>
    same.slice(0, 1).map(({ rules }) => ({ files: same.flatMap(({ files }) => files), rules }))
  )

// oxlint's regular expressions cannot look ahead, and one group with a negation that fits silences all other groups.
// So there is one such group, it comes last, and everything else is a regular expression.
const restricted = (regex: string, message: string) => ({ regex, message })

const privateStores = restricted(`^${scope}(?:${sliceNames.join("|")})/\\w*Store$`, "a store is private to its slice")

const restrictedModule = ({ because, module, types }: NarrowModule, area: string) => ({
  regex: module.endsWith(":") ? `^${module}` : `^${module}(?:/|$)`,
  ...(types !== undefined && isFree(types, area) ? { allowTypeImports: true } : {}),
  message: because
})

const neighbours = (folder: Folder) => {
  const names: ReadonlyArray<string> = house[folder]
  const narrow = contractsOnly.includes(folder)
  const vendors = anyVendor.some((glob) => fits(glob, folder))
  const group = [
    ...(vendors ? [`${scope}**`] : ["*", "!effect", "!effect/**", "!./**", "!../**"]),
    ...names.map((name) => `!${scope}${name}/${narrow && sliceNames.includes(name) ? "*Api" : "**"}`)
  ]
  return { group, message: `only this may be imported here: ${[...(vendors ? [] : ["effect"]), ...names].join(", ")}` }
}

const importFence = (folder: Folder, area: string): Override => ({
  files: [area],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [
        ...narrowModules.filter(({ only }) => !isFree(only, area)).map((module) => restrictedModule(module, area)),
        privateStores,
        restricted("^\\.{1,2}/(?:.*/)?(?:src|test)/", "this leaves the package's src"),
        neighbours(folder)
      ]
    }]
  }
})

const importFences = (): ReadonlyArray<Override> => {
  const exceptions = narrowModules.flatMap(({ only }) => only)
  const inside = (folder: Folder) =>
    exceptions.flatMap((glob) => {
      const [group, name, ...rest] = glob.split("/")
      return fits(`${group}/${name}`, folder) ? [[folder, ...rest].join("/")] : []
    })
  return [
    ...merged(folders.map((folder) => importFence(folder, `${folder}/src/**`))),
    ...merged(
      folders.flatMap((folder) =>
        narrower([`${folder}/src/**`], inside(folder)).map((area) => importFence(folder, area))
      )
    )
  ]
}

const restrictedProperty = ({ because, word }: NarrowWord) => {
  const [object, property] = word.split(".")
  return { object, property, message: because }
}

const wordFences = (): ReadonlyArray<Override> => {
  const globals = narrowWords.filter(({ as }) => as === "global")
  const properties = narrowWords.filter(({ as }) => as === "property").map(restrictedProperty)
  const globalFence = (area: string): Override => {
    const here = globals.filter(({ only }) => !isFree(only, area)).map(({ because, word }) => ({
      name: word,
      message: because
    }))
    const rule = here.length === 0 ? "off" : ["error", { globals: here, checkGlobalObject: true }]
    return { files: [area], rules: { "no-restricted-globals": rule } }
  }
  return [
    { files: allSources, rules: { "no-restricted-properties": ["error", ...properties] } },
    ...merged(allSources.map(globalFence)),
    ...merged(narrower(allSources, globals.flatMap(({ only }) => only)).map(globalFence))
  ]
}

/** The part of `.oxlintrc.json` that follows from the rules of the house. */
export const oxlintOverrides = (): ReadonlyArray<Override> => [
  ...wordFences(),
  ...importFences(),
  {
    files: ["packages/*/test/**", "layers/*/test/**", "services/*/test/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [privateStores] }] }
  }
]

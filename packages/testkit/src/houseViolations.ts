import * as rules from "./houseRules.ts"
import type { Import, Source } from "./readSource.ts"
import { lineOf, readSource } from "./readSource.ts"

export interface File {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Violation {
  readonly file: string
  readonly line: number
  readonly rule: "folder" | "import" | "vendor" | "own" | "store" | "contract" | "module" | "word" | "table"
  readonly says: string
}

const globs: Readonly<Record<string, string>> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*" }

/** Whether a path fits a glob: `*` is part of a name, `**` any number of folders. */
export const fits = (glob: string, path: string): boolean => {
  const parts = glob.split(/(\*\*\/|\*\*|\*)/).map((part) => globs[part] ?? RegExp.escape(part))
  return new RegExp(`^${parts.join("")}$`).test(path)
}
const fitsOne = (some: ReadonlyArray<string>, path: string) => some.some((glob) => fits(glob, path))

/** Whether a narrow module's name covers a specifier. */
const covers = (module: string, specifier: string) =>
  specifier === module || specifier.startsWith(module.endsWith(":") ? module : `${module}/`)

const isFolder = (folder: string): folder is rules.Folder => folder in rules.house
const houseOf = (folder: rules.Folder): ReadonlyArray<string> => rules.house[folder]

/** Where a relative import leads, from the root of the repository. */
const resolve = (path: string, specifier: string): string => {
  const parts = path.split("/").slice(0, -1)
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== ".") parts.push(part)
  }
  return parts.join("/")
}

interface Place {
  readonly path: string
  readonly folder: rules.Folder
  readonly inTests: boolean
}

type Complaint = Pick<Violation, "rule" | "says">

const ownFile = ({ folder, inTests, path }: Place, specifier: string): Complaint | undefined => {
  const target = resolve(path, specifier)
  const inside = target.startsWith(inTests ? `${folder}/` : `${folder}/src/`)
  return inside || (inTests && target.startsWith(`${rules.contracts}/`))
    ? undefined
    : { rule: "own", says: `${specifier} leaves ${inTests ? folder : `${folder}/src`}` }
}

const workspaceFile = ({ folder, inTests }: Place, specifier: string): Complaint | undefined => {
  const [name = "", file = ""] = specifier.slice(rules.scope.length).split("/")
  const own = name === rules.nameOf(folder)
  if (rules.sliceNames.includes(name) && file.endsWith("Store")) {
    return { rule: "store", says: `${specifier} is private to its slice` }
  }
  if (own) return inTests ? undefined : { rule: "own", says: `${specifier} is imported as ./${file}.ts here` }
  const allowed = houseOf(folder)
  if (!allowed.includes(name) && !(inTests && name === rules.forTests)) {
    return { rule: "import", says: `${folder} may not import ${specifier}, only: ${allowed.join(", ") || "nothing"}` }
  }
  return !inTests && rules.contractsOnly.includes(folder) && rules.sliceNames.includes(name) && !file.endsWith("Api")
    ? { rule: "contract", says: `${folder} sees the slices' *Api.ts only, not ${specifier}` }
    : undefined
}

const vendor = ({ folder, inTests }: Place, specifier: string): Complaint | undefined =>
  inTests || covers("effect", specifier) || specifier.startsWith("node:") || fitsOne(rules.anyVendor, folder)
    ? undefined
    : { rule: "vendor", says: `${folder} depends on effect alone, not on ${specifier}` }

const narrowModule = ({ inTests, path }: Place, { specifier, typeOnly }: Import): Complaint | undefined => {
  const narrow = inTests ? undefined : rules.narrowModules.find(({ module }) => covers(module, specifier))
  return narrow === undefined || fitsOne(narrow.only, path) || (typeOnly && fitsOne(narrow.types ?? [], path))
    ? undefined
    : { rule: "module", says: `${specifier} may not be imported here: ${narrow.because}` }
}

const importViolations = (place: Place, { imports }: Source): ReadonlyArray<Omit<Violation, "file">> =>
  imports.flatMap((found) => {
    const { line, specifier } = found
    const one = specifier.startsWith(".")
      ? ownFile(place, specifier)
      : specifier.startsWith(rules.scope)
      ? workspaceFile(place, specifier)
      : vendor(place, specifier)
    return [one, narrowModule(place, found)].flatMap((complaint) =>
      complaint === undefined ? [] : [{ line, ...complaint }]
    )
  })

const patternOf = ({ as, word }: rules.NarrowWord): RegExp => {
  const name = word.replace(".", "\\s*\\.\\s*")
  if (as === "new") return new RegExp(`\\bnew\\s+${name}\\b`, "g")
  const start = `(?<![\\w$.])(?:globalThis\\s*\\.\\s*)?${name}`
  return as === "property" ? new RegExp(`${start}\\b`, "g") : new RegExp(`${start}\\s*(?:\\?\\.|\\.|\\[)`, "g")
}

const wordViolations = ({ inTests, path }: Place, { code }: Source): ReadonlyArray<Omit<Violation, "file">> =>
  rules.narrowWords.filter(({ only }) => !inTests && !fitsOne(only, path)).flatMap((word) =>
    [...code.matchAll(patternOf(word))].map((found) => ({
      line: lineOf(code, found.index),
      rule: "word" as const,
      says: `${word.as === "new" ? "new " : ""}${word.word} may not be used here: ${word.because}`
    }))
  )

const tableName = "(?:\"?public\"?\\.)?(?:\"?(\\w+)\"?|\\$\\{\\s*sql\\(\\s*[\"'](\\w+)[\"'])"
const writes = new RegExp(
  `\\b(?:insert\\s+into|update|delete\\s+from|merge\\s+into|truncate)\\s+(?:only\\s+)?${tableName}`,
  "gi"
)
const reads = new RegExp(`\\b(?:from|join|using)\\s+(?:only\\s+|lateral\\s+)?${tableName}`, "gi")
const another = new RegExp(`^\\s*(?:as\\s+)?\\w*\\s*,\\s*${tableName}`, "i")

/** The tables a statement names; `from a, b` names two. */
const named = (text: string, pattern: RegExp): ReadonlyArray<readonly [name: string, index: number]> =>
  [...text.matchAll(pattern)].flatMap((found) => {
    const names: Array<string> = []
    let rest = text.slice(found.index + found[0].length)
    for (let next: RegExpMatchArray | null = found; next !== null; next = rest.match(another)) {
      if (next !== found) rest = rest.slice(next[0].length)
      names.push((next[1] ?? next[2] ?? "").toLowerCase())
    }
    return names.map((name) => [name, found.index] as const)
  })

const tableViolations = (
  { folder, inTests, path }: Place,
  { text }: Source
): ReadonlyArray<Omit<Violation, "file">> => {
  const slice = rules.nameOf(folder)
  if (inTests || !rules.storeKeepers.includes(slice) || !path.endsWith("Store.ts")) return []
  const complaints = (pattern: RegExp, verb: string, may: (name: string, known: rules.Table) => boolean) =>
    named(text, pattern).flatMap(([name, index]) => {
      const known = Object.hasOwn(rules.tables, name) ? rules.tables[name] : undefined
      return known === undefined || known.owners.includes(slice) || may(name, known)
        ? []
        : [{ line: lineOf(text, index), rule: "table" as const, says: `${slice} may not ${verb} ${name}` }]
    })
  return [
    ...complaints(writes, "write", () => false),
    ...complaints(reads, "read", (name, known) =>
      known.readers.includes(slice) ||
      rules.crossSliceReads.some((read) => read.file === path && read.table === name))
  ]
}

/** Everything in these files that the house does not allow. */
export const violations = (files: ReadonlyArray<File>): ReadonlyArray<Violation> =>
  files.flatMap(({ path, text }) => {
    const [, folder = path, part = ""] = /^([^/]+\/[^/]+)\/(src|test)\//.exec(path) ?? []
    if (!isFolder(folder)) {
      return [{ file: path, line: 1, rule: "folder", says: `${folder} has no line in houseRules.ts` }]
    }
    const place = { path, folder, inTests: part === "test" }
    const source = readSource(text)
    return [
      ...importViolations(place, source),
      ...wordViolations(place, source),
      ...tableViolations(place, source)
    ].map((violation) => ({ file: path, ...violation }))
  })

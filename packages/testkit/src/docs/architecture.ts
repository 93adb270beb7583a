import type { Folder } from "../houseRules.ts"
import { contractsOnly, folders, forTests, house, nameOf } from "../houseRules.ts"
import { generated, mermaid, page, table } from "./markdown.ts"

/** A folder of the workspace that is there, and the one line that its `package.json` says of it. */
export interface Described {
  readonly folder: string
  readonly description: string
}

const areas = [["services", "Programs"], ["packages", "Packages"], ["layers", "Layers"]] as const

/** What a folder may import of what is there. */
const importsOf = (folder: Folder, there: ReadonlySet<string>): ReadonlyArray<Folder> => {
  const names: ReadonlyArray<string> = house[folder]
  return folders.filter((other) => there.has(other) && names.includes(nameOf(other)))
}

/** All that is behind an arrow, however far. */
const behind = (folder: Folder, there: ReadonlySet<string>): ReadonlySet<Folder> => {
  const seen = new Set<Folder>()
  const follow = (from: Folder) => {
    for (const next of importsOf(from, there)) {
      if (!seen.has(next)) {
        seen.add(next)
        follow(next)
      }
    }
  }
  follow(folder)
  return seen
}

/** Only the arrows that say something new: what a neighbour may import anyway is not drawn again. */
export const arrowsOf = (folder: Folder, there: ReadonlySet<string>): ReadonlyArray<Folder> => {
  const direct = importsOf(folder, there)
  return direct.filter((target) => !direct.some((other) => other !== target && behind(other, there).has(target)))
}

const id = (folder: string): string => folder.replace("/", "_")

const diagram = (shown: ReadonlyArray<Folder>): ReadonlyArray<string> => {
  const there = new Set<string>(shown)
  return [
    "flowchart TD",
    ...areas.flatMap(([area, title]) => [
      `  subgraph ${area}["${title}"]`,
      ...shown.filter((folder) => folder.startsWith(`${area}/`)).map((folder) =>
        `    ${id(folder)}["${nameOf(folder)}"]`
      ),
      "  end"
    ]),
    ...shown.flatMap((folder) =>
      arrowsOf(folder, there).map((target) =>
        `  ${id(folder)} ${contractsOnly.includes(folder) ? "-. contracts .->" : "-->"} ${id(target)}`
      )
    )
  ]
}

const mayImport = (folder: Folder, there: ReadonlySet<string>): string => {
  const names = importsOf(folder, there).map(nameOf)
  return names.length === 0 ? "nothing" : names.join(", ")
}

export const architecture = (described: ReadonlyArray<Described>): string => {
  const there = new Set(described.map(({ folder }) => folder))
  const shown = folders.filter((folder) => there.has(folder))
  return page(
    "# Architecture",
    generated("`houseRules.ts` and the descriptions in each `package.json`"),
    "Who may import whom. An arrow takes in everything that its target may import, so only the longest way is drawn.\nTests may also import `testkit`, which is left out here. Three fences keep it so: manifests, the linter, and a test\nthat walks every import ([0001](adr/0001-slices-inside-faces-in-programs.md)).",
    mermaid(diagram(shown.filter((folder) => nameOf(folder) !== forTests))),
    table(
      ["folder", "what it is", "may import"],
      shown.map((folder) => [
        `\`${folder}\``,
        described.find((one) => one.folder === folder)?.description ?? "",
        mayImport(folder, there)
      ])
    )
  )
}

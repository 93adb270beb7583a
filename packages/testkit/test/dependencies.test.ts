import { assert, describe, it } from "@effect/vitest"
import { find, read } from "./workspace.ts"

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]

const depended = new Set(
  find("package.json", "{packages,layers,services}/*/package.json").flatMap((path) => {
    const manifest: Manifest = JSON.parse(read(path))
    return kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([, version]) => !version.startsWith("workspace:"))
      .map(([name]) => name)
  })
)

/** Each line of the page that begins with a name in code: what is depended on, and a reason of some words. */
const explained = [...read("docs/dependencies.md").matchAll(/^- `([^`]+)`: (?:\S+ ){2}/gm)].map(([, name]) =>
  name ?? ""
)

/** One line may speak for a family: `@scope/*`. */
const speaksFor = (line: string, name: string) =>
  line.endsWith("*") ? name.startsWith(line.slice(0, -1)) : line === name

describe("docs/dependencies.md", () => {
  it("gives a reason for every dependency", () => {
    const silent = [...depended].filter((name) => !explained.some((line) => speaksFor(line, name)))
    assert.deepStrictEqual(silent, [])
  })

  it("does not speak of what is gone", () => {
    const stale = explained.filter((line) => ![...depended].some((name) => speaksFor(line, name)))
    assert.deepStrictEqual(stale, [])
  })

  it("says it once", () => {
    assert.deepStrictEqual(explained, [...new Set(explained)])
  })
})

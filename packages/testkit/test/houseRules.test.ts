import { assert, describe, it } from "@effect/vitest"
import { crossSliceReads, folders, house, nameOf, storeKeepers, tables } from "@opsdesk/testkit/houseRules"
import type { File, Violation } from "@opsdesk/testkit/houseViolations"
import { violations } from "@opsdesk/testkit/houseViolations"
import type { Manifest } from "@opsdesk/testkit/manifestViolations"
import { manifestViolations } from "@opsdesk/testkit/manifestViolations"
import { planted } from "./planted.ts"
import { exists, find, manifests, read, sourceFiles } from "./workspace.ts"

const say = ({ file, line, rule, says }: Violation) => `${file}:${line} ${says} (${rule})`

describe("the house", () => {
  it("every import, global and table stands where it may", () => {
    assert.deepStrictEqual(violations(sourceFiles()).map(say), [])
  })

  it("every manifest lists what its package may use, and all that it uses", () => {
    assert.deepStrictEqual(manifestViolations(manifests(), sourceFiles()), [])
  })

  it("every folder of the workspace has its line", () => {
    const strangers = find("{packages,layers,services}/*/package.json")
      .map((path) => path.slice(0, path.lastIndexOf("/")))
      .filter((folder) => !(folder in house))
    assert.deepStrictEqual(strangers, [])
  })

  it("nobody imports themselves, not even by a detour", () => {
    const importsOf = (name: string): ReadonlyArray<string> => {
      const folder = folders.find((known) => nameOf(known) === name)
      assert.isDefined(folder, `${name} is imported by somebody and has no line`)
      return house[folder]
    }
    const detours = (name: string, way: ReadonlyArray<string>): ReadonlyArray<string> =>
      way.includes(name)
        ? [[...way, name].join(" → ")]
        : importsOf(name).flatMap((next) => detours(next, [...way, name]))
    // The programs and the testkit import nearly everything, so what they import is walked on its own already.
    const inner = folders.filter((folder) => !folder.startsWith("services/") && folder !== "packages/testkit")
    assert.deepStrictEqual(inner.flatMap((folder) => detours(nameOf(folder), [])), [])
    assert.strictEqual(new Set(folders.map(nameOf)).size, folders.length, "two folders share a name")
  })

  it("every table of the migrations belongs to somebody", () => {
    const made = find("migrations/*.sql").flatMap((path) =>
      [...read(path).matchAll(/^\s*create (?:unlogged )?table (?:if not exists )?(\w+)/gim)].map(([, name]) =>
        name ?? ""
      )
    )
    assert.deepStrictEqual(made.filter((name) => !(name in tables)), [])
  })

  it("everybody who owns or reads a table keeps a store", () => {
    const named = Object.values(tables).flatMap(({ owners, readers }) => [...owners, ...readers])
    assert.deepStrictEqual(named.filter((name) => !storeKeepers.includes(name)), [])
  })

  it("every cross-slice read is still needed", () => {
    const stale = crossSliceReads.filter(({ file, table }) =>
      exists(file) && !new RegExp(`\\b(?:from|join)\\s+${table}\\b`).test(read(file))
    )
    assert.deepStrictEqual(stale, [])
  })
})

describe("a violation that somebody plants", () => {
  for (const [path, text, rule] of planted) {
    it(`${rule === undefined ? "stays" : `is found (${rule})`}: ${path}: ${text.replaceAll("\n", " ")}`, () => {
      const found = new Set(violations([{ path, text }]).map((violation) => violation.rule))
      assert.deepStrictEqual([...found], rule === undefined ? [] : [rule])
    })
  }

  it("is found on its line", () => {
    const text = "// first\n`\n${1}\n`\nimport {\n  a\n} from \"zod\"\n"
    assert.deepStrictEqual(violations([{ path: "packages/kernel/src/Ids.ts", text }]).map(({ line }) => line), [7])
  })
})

describe("a manifest that says too much or too little", () => {
  const manifest: Manifest = { folder: "packages/users", name: "@opsdesk/users", dependencies: { effect: "1" } }
  const file = (path: string, text: string): File => ({ path: `packages/users/${path}`, text })
  const cases: ReadonlyArray<readonly [title: string, manifest: Manifest, files: ReadonlyArray<File>, count: 0 | 1]> = [
    ["a slice that lists effect", manifest, [], 0],
    ["a slice that lists another one above it", { ...manifest, dependencies: { "@opsdesk/tickets": "" } }, [], 1],
    [
      "a slice that tests with another one above it",
      { ...manifest, devDependencies: { "@opsdesk/tickets": "" } },
      [],
      1
    ],
    ["a slice that tests with the testkit", { ...manifest, devDependencies: { "@opsdesk/testkit": "" } }, [], 0],
    ["a slice that is built on the testkit", { ...manifest, dependencies: { "@opsdesk/testkit": "" } }, [], 1],
    ["a slice that brings a vendor", { ...manifest, dependencies: { zod: "" } }, [], 1],
    ["a slice that brings a vendor for some machines", { ...manifest, optionalDependencies: { zod: "" } }, [], 1],
    [
      "a layer that brings a vendor",
      { folder: "layers/redis", name: "@opsdesk/redis", dependencies: { redis: "" } },
      [],
      0
    ],
    ["a layer under another name", { folder: "layers/redis", name: "@opsdesk/cache" }, [], 1],
    ["a folder without a line", { folder: "packages/barn", name: "@opsdesk/barn" }, [], 1],
    ["a file that uses what is not listed", manifest, [file("src/User.ts", `import "@opsdesk/kernel/Ids"`)], 1],
    ["a file that uses what is listed", manifest, [file("src/User.ts", `import "effect/schema"`)], 0],
    [
      "a file that uses what tests may",
      { ...manifest, devDependencies: { "fast-check": "" } },
      [file("src/User.ts", `import "fast-check"`)],
      1
    ],
    [
      "a test that uses what tests may",
      { ...manifest, devDependencies: { "fast-check": "" } },
      [file("test/User.test.ts", `import "fast-check"`)],
      0
    ]
  ]
  for (const [title, asked, files, count] of cases) {
    it(`${count === 0 ? "is fine" : "is found"}: ${title}`, () => {
      assert.strictEqual(manifestViolations([asked], files).length, count)
    })
  }
})

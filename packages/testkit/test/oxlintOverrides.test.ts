import { assert, describe, expect, it } from "@effect/vitest"
import { oxlintOverrides } from "@opsdesk/testkit/oxlintOverrides"
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { planted } from "./planted.ts"
import { read, root } from "./workspace.ts"

const oneLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value).map(([key, one]) => `"${key}": ${oneLine(one)}`).join(", ")} }`
}

/** Strings, as many on a line as it has room for. */
const fill = (values: ReadonlyArray<string>, indent: string): string => {
  const lines: Array<string> = []
  for (const one of values.map((value) => JSON.stringify(value))) {
    const line = lines.at(-1)
    if (line === undefined || indent.length + line.length + one.length > 114) lines.push(one)
    else lines[lines.length - 1] = `${line}, ${one}`
  }
  return `[\n${lines.map((line) => `${indent}  ${line}`).join(",\n")}\n${indent}]`
}

/** JSON with what fits on a line on one line. */
const print = (value: unknown, indent = "", before = 0): string => {
  const flat = oneLine(value)
  if (typeof value !== "object" || value === null || indent.length + before + flat.length < 120) return flat
  const deeper = `${indent}  `
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return fill(value, indent)
  return Array.isArray(value)
    ? `[\n${value.map((one) => deeper + print(one, deeper)).join(",\n")}\n${indent}]`
    : `{\n${
      Object.entries(value).map(([key, one]) => `${deeper}"${key}": ${print(one, deeper, key.length + 4)}`).join(",\n")
    }\n${indent}}`
}

const overrides = oxlintOverrides()

/** oxlint with the fences alone, over the planted lines, each in a repository of its own: which of them it refuses. */
const lint = async (): Promise<ReadonlySet<number>> => {
  const folder = await mkdtemp(join(tmpdir(), "oxlint-"))
  try {
    await Promise.all(planted.map(async ([path, text], index) => {
      const file = join(folder, `${index}`, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
      await writeFile(join(folder, `${index}`, ".oxlintrc.json"), JSON.stringify({ plugins: [], overrides }))
    }))
    const oxlint = join(root, "node_modules/oxlint/bin/oxlint")
    const args = [oxlint, "--format=json", "--allow=all", folder]
    const output = await new Promise<string>((done) =>
      execFile(process.execPath, args, { cwd: folder }, (_failed, stdout) => done(stdout))
    )
    const { diagnostics }: { diagnostics: ReadonlyArray<{ filename: string }> } = JSON.parse(output)
    return new Set(
      diagnostics.map(({ filename }) => Number(/(\d+)\/(?:packages|layers|services)\//.exec(filename)?.[1]))
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("oxlint", () => {
  // After a change of the rules: `pnpm check:rules -u` writes the file anew.
  it("fences what the rules of the house fence", async () => {
    const config = { ...JSON.parse(read(".oxlintrc.json")), overrides }
    await expect(`${print(config)}\n`).toMatchFileSnapshot(`${root}.oxlintrc.json`)
  })

  it("refuses what the walk refuses and lets pass what may stay", async () => {
    const refused = await lint()
    const wrong = planted.flatMap(([path, text, rule, unseen], index) =>
      refused.has(index) === (rule !== undefined && unseen === undefined)
        ? []
        : [`${refused.has(index) ? "refused" : "let pass"}: ${path}: ${text}`]
    )
    assert.deepStrictEqual(wrong, [])
  })
})

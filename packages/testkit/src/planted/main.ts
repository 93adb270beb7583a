/**
 * `pnpm test:planted`: puts each of the planted bugs into a copy of the code, one at a time, and runs the test that must
 * notice it. Exit code 0 only when each test passes on the code as it is, and fails on the code with its bug.
 * With words, such as `pnpm test:planted events/ worker/test/kills`, it takes those only whose test, as
 * `<project>/<file>`, begins with one of them.
 */
import { Schema } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { root } from "../docs/documents.ts"
import type { PlantedBug } from "./bugs.ts"
import { everyBug } from "./everyBug.ts"

const Results = Schema.fromJsonString(Schema.Struct({
  testResults: Schema.Array(Schema.Struct({
    assertionResults: Schema.Array(Schema.Struct({ title: Schema.String, status: Schema.String }))
  }))
}))
const decodeResults = Schema.decodeUnknownSync(Results)

const say = (line: string) => process.stdout.write(`${line}\n`)

/** The code as it lies in the work tree, with dependencies of its own: tests resolve each other's packages in it. */
const copyOfTheCode = () => {
  const copy = mkdtempSync(join(tmpdir(), "opsdesk-planted-"))
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
  for (const file of listed.toString().split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, file), join(copy, file))
  }
  execFileSync("npx", ["-y", "pnpm@12", "install", "--frozen-lockfile", "--prefer-offline"], { cwd: copy })
  return copy
}

/** How a bug's test ends in the copy: `passed`, `failed`, or what else became of it. */
const outcomeOf = (copy: string, { project, test, title }: PlantedBug): string => {
  const results = join(copy, ".vitest/results.json")
  rmSync(results, { force: true })
  const quoted = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
  const args = ["run", "--config", "vitest.workspace.ts", "--project", project, test, "-t", quoted, "--retry=0"]
  const { stdout, stderr } = spawnSync(
    join(copy, "node_modules/.bin/vitest"),
    args,
    // `CI` has vitest write its results to a file. A test may print much before it: beyond a bound it would be ended.
    { cwd: copy, encoding: "utf8", env: { ...process.env, CI: "true" }, maxBuffer: Infinity }
  )
  try {
    const named = decodeResults(readFileSync(results, "utf8")).testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter((result) => result.title.startsWith(title))
    if (named.length === 0) return `there is no test "${title}…" in ${test}`
    return named.some(({ status }) => status === "failed") ? "failed" : named[0]?.status ?? "unknown"
  } catch (cause) {
    return `the test did not run: ${String(cause)}\n${stdout}${stderr}`.slice(0, 2000)
  }
}

const planted = (copy: string, bug: PlantedBug): string => {
  const file = join(copy, bug.file)
  const code = readFileSync(file, "utf8")
  if (code.split(bug.right).length !== 2) return `does not stand once in ${bug.file}: ${bug.right}`
  try {
    // As text, not as a pattern: what is put in may hold a `$`.
    writeFileSync(file, code.split(bug.right).join(bug.wrong))
    return outcomeOf(copy, bug)
  } finally {
    writeFileSync(file, code)
  }
}

const some = process.argv.slice(2)
const bugs = everyBug.filter(({ project, test }) =>
  some.length === 0 || some.some((word) => `${project}/${test}`.startsWith(word))
)

const copy = copyOfTheCode()
try {
  const missed = bugs.filter((bug) => {
    const before = outcomeOf(copy, bug)
    const after = before === "passed" ? planted(copy, bug) : "not tried"
    const noticed = before === "passed" && after === "failed"
    say(`${noticed ? "noticed" : "MISSED "}  ${bug.name}`)
    if (!noticed) say(`         as it is: ${before}; with the bug: ${after}`)
    return !noticed
  })
  say(`${bugs.length - missed.length} of ${bugs.length} planted bugs noticed`)
  process.exitCode = missed.length === 0 ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}

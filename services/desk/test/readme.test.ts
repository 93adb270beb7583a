import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { patience, RunningDesk } from "./RunningDesk.ts"

const run = promisify(execFile)

/** The commands of a console block, each with what stands under it. */
const transcript = (markdown: string) => {
  const block = /```console\n([\s\S]*?)```/.exec(markdown)?.[1] ?? ""
  return block.split(/^\$ /m).slice(1).map((part) => {
    const [command = "", ...printed] = part.split("\n")
    return { command, printed: printed.join("\n") }
  })
}

it.live("the six lines of the README, run as printed, give what is printed", () =>
  Effect.gen(function*() {
    const desk = yield* RunningDesk.start()
    const readme = yield* Effect.promise(() => readFile(new URL("../../../README.md", import.meta.url), "utf8"))
    const steps = transcript(readme)
    assert.strictEqual(steps.length, 6)
    const script = steps.map(({ command }) => `${command}\necho '=== next'`).join("\n")
      .replaceAll("localhost:3000", `127.0.0.1:${desk.port}`)
    const { stdout } = yield* Effect.promise(() => run("bash", ["-euo", "pipefail", "-c", script]))
    assert.deepStrictEqual(stdout.split("=== next\n").slice(0, 6), steps.map(({ printed }) => printed))
  }).pipe(Effect.scoped), patience)

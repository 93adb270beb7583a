import { assert, describe, it } from "@effect/vitest"
import { failpoints, reached } from "@opsdesk/capabilities/Failpoints"
import { historyIn } from "@opsdesk/testkit/faults/history"
import { nothingWrong, verdictOn } from "@opsdesk/testkit/faults/verdict"
import { scratchFolder } from "@opsdesk/testkit/RunningProgram"
import { Effect } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../src/docs/documents.ts"

const history = new Map(
  Object.entries({ a: "ok", b: "ok", c: "unknown", d: "failed", e: "unknown", f: "invoked" } as const)
)
const on = (ticketId: string, ...ops: ReadonlyArray<readonly [op: string, seq: number]>) =>
  ops.map(([op, seq]) => ({ op, ticketId, seq }))

describe("whoever compares what was promised with what is there", () => {
  it("finds nothing wrong where all that was promised is there once, in order, and the unknown is or is not", () => {
    assert.deepStrictEqual(verdictOn(history, [...on("x", ["a", 1], ["c", 2]), ...on("y", ["b", 1])]), nothingWrong)
    assert.deepStrictEqual(verdictOn(history, [...on("x", ["a", 1], ["f", 2]), ...on("y", ["b", 1])]), nothingWrong)
  })

  it("names what is lost, what is there twice, what nobody asked for or was refused, and what overtook another", () => {
    const taken = on("x", ["a", 2], ["a", 2], ["d", 3], ["g", 1])
    assert.deepStrictEqual(verdictOn(history, taken), {
      lost: ["b"],
      doubled: ["a"],
      phantom: ["d", "g"],
      inverted: ["g"]
    })
  })

  it.effect("reads of each operation what was written last, from the disk", () =>
    Effect.gen(function*() {
      const { note, read } = yield* historyIn(join(yield* scratchFolder, "history"))
      yield* note("a", "invoked")
      yield* note("b", "invoked")
      yield* note("a", "ok")
      assert.deepStrictEqual([...yield* read], [["a", "ok"], ["b", "invoked"]])
    }).pipe(Effect.scoped))
})

describe("a failpoint", () => {
  it.effect("does nothing where nobody has put anything", () => Effect.forEach(failpoints, reached, { discard: true }))

  it("is reached somewhere in the code, each of them, and killing is nowhere but in programs of tests", () => {
    const code = (glob: string) => globSync(glob, { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"))
    const programs = [
      ...code("packages/{capabilities,events}/src/**/*.ts"),
      ...code("layers/*/src/**/*.ts"),
      ...code("services/*/src/**/*.ts")
    ].join("\n")
    for (const point of failpoints) assert.include(programs, `reached("${point}")`)
    assert.notMatch(programs, /faults\/killing|OPSDESK_TEST_/)
    assert.strictEqual(programs.split("Failpoints extends").length, 2)
  })
})

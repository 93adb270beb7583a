import { assert, describe, it } from "@effect/vitest"
import { root } from "@opsdesk/testkit/docs/documents"
import { everyBug } from "@opsdesk/testkit/planted/everyBug"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

describe("the planted bugs", () => {
  it.each(everyBug)("$name: there is a place for it, and a test that is to notice it", (bug) => {
    assert.lengthOf(readFileSync(join(root, bug.file), "utf8").split(bug.right), 2)
    assert.notInclude(bug.wrong, bug.right)
    const [test] = globSync(`{packages,layers,services}/${bug.project}/${bug.test}`, { cwd: root })
    assert(test !== undefined, `there is no ${bug.test} in ${bug.project}`)
  })
})

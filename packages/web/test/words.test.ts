import { assert, describe, it } from "@effect/vitest"
import { may, movesFor } from "@opsdesk/web/rights"
import { ago, listed } from "@opsdesk/web/words"
import { DateTime } from "effect"

const now = DateTime.makeUnsafe("2026-11-27T12:00:00Z")

describe("a page's words", () => {
  it.each([
    [{ seconds: 10 }, "just now"],
    [{ seconds: 50 }, "1 min. ago"],
    [{ minutes: 59 }, "59 min. ago"],
    [{ hours: 3 }, "3 hr. ago"],
    [{ hours: 26 }, "yesterday"],
    [{ days: 12 }, "12 days ago"]
  ])("say of what was %o before now: %s", (before, words) => {
    assert.strictEqual(ago(DateTime.subtract(now, before), now), words)
  })

  it("say a date of what was long ago", () => {
    assert.include(ago(DateTime.subtract(now, { days: 90 }), now), "2026")
  })

  it.each([
    [["Ada"], "Ada"],
    [["Ada", "Ada"], "Ada"],
    [["Ada", "Amir"], "Ada and Amir"],
    [["Ada", "Amir", "Nora", "Alex"], "Ada, Amir and 2 more"]
  ])("name %j as %s", (names, words) => {
    assert.strictEqual(listed(names), words)
  })
})

describe("what a page offers", () => {
  const somebody = (...permissions: ReadonlyArray<string>) => ({
    id: "somebody",
    name: "Somebody",
    teamIds: ["support"],
    permissions: permissions.map((permission) => ({ permission, scope: "own" }))
  })
  const own = { requesterId: "somebody", assigneeId: null, teamId: null }

  it("to a customer is to close a ticket and to open it again", () => {
    const carla = somebody("ticket:close", "ticket:reopen")
    assert.deepStrictEqual(movesFor(carla, { ...own, status: "open" }), ["closed"])
    assert.deepStrictEqual(movesFor(carla, { ...own, status: "resolved" }), ["open", "closed"])
    assert.deepStrictEqual(movesFor(carla, { ...own, status: "closed" }), ["open"])
  })

  it("to an agent is every move that there is", () => {
    const ada = somebody("ticket:close", "ticket:reopen", "ticket:update")
    assert.deepStrictEqual(movesFor(ada, { ...own, status: "waiting" }), ["open", "in_progress", "resolved", "closed"])
  })

  it.each([
    ["own", { requesterId: "somebody" }, true],
    ["own", { assigneeId: "somebody" }, false],
    ["team", { teamId: null }, true],
    ["team", { teamId: "support" }, true],
    ["team", { teamId: "network" }, false],
    ["team", { teamId: "network", assigneeId: "somebody" }, true],
    ["team", { teamId: "network", requesterId: "somebody" }, false],
    ["any", { teamId: "network" }, true],
    ["of another day", { requesterId: "somebody", assigneeId: "somebody" }, false]
  ])("is what a grant of scope %s reaches: %o, %s", (scope, whose, reaches) => {
    const ada = { ...somebody(), permissions: [{ permission: "ticket:update", scope }] }
    const ticket = { requesterId: "carla", assigneeId: null, teamId: "network", ...whose }
    assert.strictEqual(may(ada, "ticket:update", ticket), reaches)
    assert.isFalse(may(ada, "ticket:assign", ticket))
  })

  it("to who may do nothing is nothing", () => {
    assert.deepStrictEqual(movesFor(somebody(), { ...own, status: "open" }), [])
  })
})

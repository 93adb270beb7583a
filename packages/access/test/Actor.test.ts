import { assert, describe, it } from "@effect/vitest"
import { actorOf } from "@opsdesk/testkit/actors"
import { Effect } from "effect"
import { grantsOf, holdsAnywhere, permit, scopesOf } from "../src/Actor.ts"
import type { Grant } from "../src/Permission.ts"

const holding = (...grants: ReadonlyArray<Grant>) => ({ ...actorOf("carla"), grants: grantsOf(grants) })

describe("what an actor holds", () => {
  it("scopes of the same permission, from whichever role, add up", () => {
    const actor = holding(
      { permission: "ticket:read", scope: "own" },
      { permission: "user:read", scope: "any" },
      { permission: "ticket:read", scope: "team" },
      { permission: "ticket:read", scope: "own" }
    )
    assert.deepStrictEqual([...scopesOf(actor, "ticket:read")], ["own", "team"])
    assert.deepStrictEqual([...scopesOf(actor, "user:read")], ["any"])
  })

  it("whoever has no role holds nothing", () => {
    const actor = holding()
    assert.deepStrictEqual([...scopesOf(actor, "ticket:read")], [])
    assert.isFalse(holdsAnywhere(actor, "ticket:read"))
  })

  it.effect("for what is no ticket only `any` says yes, and only for its own permission", () =>
    Effect.gen(function*() {
      yield* permit(holding({ permission: "user:read", scope: "any" }), "user:read")
      const short = [
        holding(),
        holding({ permission: "user:read", scope: "own" }, { permission: "user:read", scope: "team" }),
        holding({ permission: "user:write", scope: "any" })
      ]
      for (const actor of short) {
        const problem = yield* Effect.flip(permit(actor, "user:read"))
        assert.deepStrictEqual([problem.status, problem.code, problem.permission], [403, "forbidden", "user:read"])
      }
    }))
})

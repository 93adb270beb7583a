import { assert, describe, it } from "@effect/vitest"
import { actorOf } from "@opsdesk/testkit/actors"
import { Effect } from "effect"
import { cutDown, grantsOf, holds, holdsAnywhere, permit, scopesOf } from "../src/Actor.ts"
import type { Grant, Scope } from "../src/Permission.ts"

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

describe("what is left of grants within limits", () => {
  const scopes: ReadonlyArray<Scope> = ["own", "team", "any"]
  const subsets = Array.from({ length: 8 }, (_, bits) => scopes.filter((_, at) => (bits & (1 << at)) !== 0))
  const grants = (some: ReadonlyArray<Scope>) => some.map((scope): Grant => ({ permission: "ticket:read", scope }))

  it("is what both have, for every combination of scopes", () => {
    for (const held of subsets) {
      for (const limits of subsets) {
        const left = cutDown(grantsOf(grants(held)), grants(limits))
        for (const grant of grants(scopes)) {
          assert.strictEqual(
            holds(left, grant),
            holds(grantsOf(grants(held)), grant) && holds(grantsOf(grants(limits)), grant),
            `${grant.scope} of ${held.join()} within ${limits.join()}`
          )
        }
      }
    }
  })

  it("knows no permission that only one of them has", () => {
    const held = grantsOf([{ permission: "user:read", scope: "any" }])
    assert.strictEqual(cutDown(held, [{ permission: "user:write", scope: "any" }]).size, 0)
    assert.strictEqual(cutDown(held, []).size, 0)
  })
})

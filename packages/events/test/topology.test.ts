import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schedule } from "effect"
import { queueOf, typePattern } from "../src/topology.ts"

const fits = (types: ReadonlyArray<string>, type: string) => new RegExp(typePattern(types) ?? "").test(type)

describe("what a consumer asks for", () => {
  it.each([
    [["#"], "ticket.created", true],
    [["ticket.created"], "ticket.created", true],
    [["ticket.created"], "ticketXcreated", false],
    [["ticket.*"], "ticket.status_changed", true],
    [["ticket.*"], "ticket.status.changed", false],
    [["ticket.*"], "message.sent", false],
    [["message.sent", "team.#"], "team.member_added", true],
    [["team.#"], "team", true],
    [["team.#"], "teams.created", false],
    [["#.created"], "created", true],
    [["#.created"], "ticket.of.created", true],
    [["*.created"], "ticket.of.created", false]
  ])("by %o, %s: %s", (types, type, expected) => {
    assert.strictEqual(fits(types, type), expected)
  })

  it.effect("has a queue with a delay for each step that its schedule takes", () =>
    Effect.gen(function*() {
      const usual = yield* queueOf({ name: "one", types: ["#"] })
      assert.strictEqual(usual.name, "opsdesk.one")
      assert.deepStrictEqual(usual.delays.map(Duration.toSeconds), [1, 5, 30, 120, 600])
      const retry = Schedule.exponential("1 second", 3).pipe(Schedule.upTo({ times: 4 }))
      const own = yield* queueOf({ name: "two", types: ["#"], retry }, [Duration.seconds(9)])
      assert.deepStrictEqual(own.delays.map(Duration.toSeconds), [1, 3, 9, 27])
      const told = yield* queueOf({ name: "three", types: ["#"] }, [Duration.millis(50)])
      assert.deepStrictEqual(told.delays.map(Duration.toMillis), [50])
    }))
})

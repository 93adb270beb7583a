import { assert, describe, it } from "@effect/vitest"
import { inOrder } from "@opsdesk/web/conversation"
import { DateTime } from "effect"

const at = (second: number) => DateTime.makeUnsafe(1_795_000_000_000 + second * 1000)

const said = (body: string, second: number) => ({ body, createdAt: at(second) })
const moved = (comment: string, second: number, from: "open" | null = "open") => ({ comment, from, at: at(second) })

const told = (messages: ReadonlyArray<ReturnType<typeof said>>, moves: ReadonlyArray<ReturnType<typeof moved>>) =>
  inOrder(messages, moves).map((entry) => entry.kind === "message" ? entry.message.body : entry.move.comment)

describe("a conversation", () => {
  it("has each move where it came, but for the first: that is the ticket itself", () => {
    assert.deepStrictEqual(
      told([said("one", 10), said("two", 20)], [
        moved("opened", 0, null),
        moved("a", 5),
        moved("b", 15),
        moved("c", 25),
        moved("d", 26)
      ]),
      ["a", "one", "b", "two", "c", "d"]
    )
    assert.deepStrictEqual(told([], [moved("a", 5)]), ["a"])
  })

  it("keeps what was said, and the moves, in the desk's order, whatever the clocks of its programs say", () => {
    const late = [said("one", 10), said("two", 8), said("three", 12)]
    assert.deepStrictEqual(told(late, [moved("a", 9)]), ["a", "one", "two", "three"])
    assert.deepStrictEqual(told([said("one", 10)], [moved("a", 12), moved("b", 9)]), ["one", "a", "b"])
  })
})

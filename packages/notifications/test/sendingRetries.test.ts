import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { delayAfter, sendingRetries } from "../src/sendingRetries.ts"

describe("a letter that could not be sent", () => {
  it.effect("waits 1 s, 5 s, 30 s, 2 min and 10 min, at most a tenth longer, and then no more", () =>
    Effect.gen(function*() {
      for (const [at, seconds] of [1, 5, 30, 120, 600].entries()) {
        for (let again = 0; again < 20; again++) {
          const wait = Option.getOrThrow(yield* delayAfter(sendingRetries, at + 1))
          assert.isAtLeast(Duration.toSeconds(wait), seconds)
          assert.isAtMost(Duration.toSeconds(wait), seconds * 1.1)
        }
      }
      assert.deepStrictEqual(yield* delayAfter(sendingRetries, 6), Option.none())
      assert.deepStrictEqual(yield* delayAfter(sendingRetries, 60), Option.none())
    }))
})

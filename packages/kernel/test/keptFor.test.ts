import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { keptFor } from "../src/keptFor.ts"

it.effect("keeps an answer for its time, and a failure not at all", () =>
  Effect.gen(function*() {
    let asked = 0
    const get = yield* keptFor(
      Effect.suspend(() => ++asked === 1 ? Effect.fail("away") : Effect.succeed(asked)),
      "30 seconds"
    )
    assert.strictEqual(yield* Effect.flip(get), "away")
    assert.deepStrictEqual([yield* get, yield* get], [2, 2])
    yield* TestClock.adjust("31 seconds")
    assert.strictEqual(yield* get, 3)
  }))

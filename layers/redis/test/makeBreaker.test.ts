import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeBreaker } from "../src/impatient.ts"

const answers = Effect.succeed("answer")
const fails = Effect.fail("failure")

const made = Effect.gen(function*() {
  const heard: Array<boolean> = []
  const breaker = yield* makeBreaker((isAnswering) => Effect.sync(() => void heard.push(isAnswering)))
  /** What whoever asks is told. */
  const told = (command: Effect.Effect<string, string>) =>
    Effect.match(breaker(command), {
      onSuccess: (answer) => answer,
      onFailure: (error) => typeof error === "string" ? error : error._tag
    })
  return { breaker, heard, told }
})

describe("makeBreaker", () => {
  it.effect("asks nobody for half a second after three failures in a row, then one, until it is answered", () =>
    Effect.gen(function*() {
      const { heard, told } = yield* made
      const first = [
        yield* told(fails),
        yield* told(fails),
        yield* told(answers),
        yield* told(fails),
        yield* told(fails)
      ]
      assert.deepStrictEqual(first, ["failure", "failure", "answer", "failure", "failure"])
      assert.deepStrictEqual(heard, [])
      assert.strictEqual(yield* told(fails), "failure")
      assert.deepStrictEqual(heard, [false])
      assert.strictEqual(yield* told(answers), "NotAsked")
      yield* TestClock.adjust(499)
      assert.strictEqual(yield* told(answers), "NotAsked")
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([yield* told(fails), yield* told(answers)], ["failure", "NotAsked"])
      assert.deepStrictEqual(heard, [false])
      yield* TestClock.adjust(500)
      assert.deepStrictEqual([yield* told(answers), yield* told(answers)], ["answer", "answer"])
      assert.deepStrictEqual(heard, [false, true])
    }))

  it.effect("lets another ask in its time, whatever has become of the one who did", () =>
    Effect.gen(function*() {
      const { breaker, heard, told } = yield* made
      for (let times = 0; times < 3; times++) yield* told(fails)
      yield* TestClock.adjust(500)
      const gone = yield* Effect.forkChild(breaker(Effect.never), { startImmediately: true })
      assert.strictEqual(yield* told(answers), "NotAsked")
      yield* Fiber.interrupt(gone)
      yield* TestClock.adjust(500)
      assert.strictEqual(yield* told(answers), "answer")
      assert.deepStrictEqual(heard, [false, true])
    }))

  it.effect("holds nobody's giving up against Redis", () =>
    Effect.gen(function*() {
      const { breaker, heard, told } = yield* made
      for (let times = 0; times < 5; times++) {
        yield* Fiber.interrupt(yield* Effect.forkChild(breaker(Effect.never), { startImmediately: true }))
      }
      assert.deepStrictEqual([yield* told(answers), heard], ["answer", []])
    }))
})

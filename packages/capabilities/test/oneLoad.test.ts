import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeOneLoad } from "../src/oneLoad.ts"

it.effect("of those who wait for somebody who leaves, one loads for all", () =>
  Effect.gen(function*() {
    const oneLoad = makeOneLoad()
    const arrived = yield* Deferred.make<void>()
    const bytes = new Uint8Array([1])
    let loads = 0
    const never = Effect.andThen(Deferred.succeed(arrived, undefined), Effect.never)
    const leader = yield* Effect.forkChild(oneLoad("key", never))
    yield* Deferred.await(arrived)
    const load = Effect.andThen(Effect.sync(() => loads++), Effect.as(Effect.sleep("1 second"), bytes))
    const waiting = yield* Effect.forEach(
      Array.from({ length: 20 }),
      () => Effect.forkChild(oneLoad("key", load), { startImmediately: true })
    )
    yield* Fiber.interrupt(leader)
    yield* Effect.yieldNow
    assert.strictEqual(loads, 1)
    yield* TestClock.adjust("1 second")
    for (const fiber of waiting) assert.deepStrictEqual(yield* Fiber.join(fiber), bytes)
    assert.strictEqual(loads, 1)
  }))

it.effect("of those who wait for somebody who fails, each goes on alone", () =>
  Effect.gen(function*() {
    const oneLoad = makeOneLoad()
    let loads = 0
    const load = Effect.andThen(Effect.sync(() => loads++), Effect.andThen(Effect.sleep("1 second"), Effect.fail("no")))
    const waiting = yield* Effect.forEach(
      Array.from({ length: 3 }),
      () => Effect.forkChild(Effect.flip(oneLoad("key", load)), { startImmediately: true })
    )
    assert.strictEqual(loads, 1)
    yield* TestClock.adjust("2 seconds")
    for (const fiber of waiting) assert.strictEqual(yield* Fiber.join(fiber), "no")
    assert.strictEqual(loads, 3)
  }))

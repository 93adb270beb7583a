import { assert, describe, it } from "@effect/vitest"
import { usualFigures } from "@opsdesk/capabilities/LimitFigures"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { RateLimited } from "@opsdesk/kernel/Problem"
import { userIdOf } from "@opsdesk/testkit/actors"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { SignInRefused } from "../src/AccessProblems.ts"
import { SignInLimits } from "../src/SignInLimits.ts"

const Limits = SignInLimits.layer.pipe(
  Layer.provide(RateLimits.layer(usualFigures)),
  Layer.provide(RateLimiter.layerStoreMemory),
  Layer.provideMerge(RecordingJournal.layer)
)

const times = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Those whom the record says nobody heard, in its order. */
const unheard = Effect.gen(function*() {
  const { recorded } = yield* RecordingJournal
  return (yield* recorded).map(({ action, actorId, after, entity }) => [action, actorId, entity.id, after?.["reason"]])
})

describe("whoever is not heard any more", () => {
  it.effect("is on record once for an account and a window, however often they try", () =>
    Effect.gen(function*() {
      const limits = yield* SignInLimits
      const guess = (name: string, userId = userIdOf("carla")) =>
        Effect.flip(limits.limited({ name, userId }, Effect.fail(new SignInRefused())))
      const guesses = (name: string) => Effect.forEach(times(50), () => guess(name))
      const carla = ["session.refused", null, userIdOf("carla"), "too many failed sign-ins of the account"]
      assert.strictEqual((yield* guesses("carla")).filter((error) => error instanceof RateLimited).length, 40)
      assert.deepStrictEqual(yield* unheard, [carla])
      yield* guesses("carla, who is somebody else")
      assert.deepStrictEqual(yield* unheard, [carla, carla])
      yield* TestClock.adjust("16 minutes")
      yield* guesses("carla")
      assert.deepStrictEqual(yield* unheard, [carla, carla, carla])
    }).pipe(Effect.provide(Limits)))

  it.effect("is on record once for an address and a window", () =>
    Effect.gen(function*() {
      const { attempt } = yield* SignInLimits
      const nowhere = ["session.refused", null, null, "too many sign-ins from the address"]
      const answers = yield* Effect.forEach(times(90), () => Effect.exit(attempt))
      assert.strictEqual(answers.filter(({ _tag }) => _tag === "Failure").length, 30)
      assert.deepStrictEqual(yield* unheard, [nowhere])
    }).pipe(Effect.provide(Limits)))
})

import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { userIdOf } from "@opsdesk/testkit/actors"
import { later } from "@opsdesk/testkit/later"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer, Option } from "effect"
import { RefreshRefused } from "../src/AccessProblems.ts"
import { Rights } from "../src/Rights.ts"
import { SessionDesk } from "../src/SessionDesk.ts"

const Suite = Layer.mergeAll(SessionDesk.layer, Rights.layer).pipe(Layer.provideMerge(TestStack("peopled")))

layer(Suite, { excludeTestServices: true })("as time goes by, a session", (it) => {
  it.effect("lapses when it lies idle for 14 days", () =>
    Effect.gen(function*() {
      const desk = yield* SessionDesk
      const idle = yield* desk.open(userIdOf("carla"))
      const busy = yield* desk.open(userIdOf("carla"))
      const next = yield* desk.refresh(busy.refreshToken, null).pipe(later("13 days"))
      assert.instanceOf(
        yield* Effect.flip(desk.refresh(idle.refreshToken, null).pipe(later("14 days"))),
        RefreshRefused
      )
      yield* desk.refresh(next.refreshToken, null).pipe(later("26 days"))
    }))

  it.effect("ends after 90 days however busy it is, for what was issued before too", () =>
    Effect.gen(function*() {
      const desk = yield* SessionDesk
      const rights = yield* Rights
      const { atomic } = yield* Transaction
      const begun = yield* atomic(desk.begin(userIdOf("chris")))
      let { refreshToken } = yield* desk.tokensOf(begun)
      for (let day = 10; day < 90; day += 10) {
        refreshToken = (yield* desk.refresh(refreshToken, null).pipe(later(`${day} days`))).refreshToken
      }
      const actor = rights.actor(begun.userId, begun.sessionId)
      assert.isTrue(Option.isSome(yield* actor.pipe(later("89 days"))))
      assert.isTrue(Option.isNone(yield* actor.pipe(later("90 days"))))
      assert.instanceOf(yield* Effect.flip(desk.refresh(refreshToken, null).pipe(later("90 days"))), RefreshRefused)
    }))

  it.effect("knows a client that has lost the answer for 10 seconds, and ends after that", () =>
    Effect.gen(function*() {
      const desk = yield* SessionDesk
      const { refreshToken } = yield* desk.open(userIdOf("ada"))
      const first = yield* desk.refresh(refreshToken, "a-key")
      const again = yield* desk.refresh(refreshToken, "a-key").pipe(later("9 seconds"))
      assert.strictEqual(again.refreshToken, first.refreshToken)
      yield* Effect.flip(desk.refresh(refreshToken, "a-key").pipe(later("11 seconds")))
      assert.instanceOf(yield* Effect.flip(desk.refresh(first.refreshToken, null)), RefreshRefused)
    }))

  it.effect("leaves nothing behind once it has lapsed and its owner comes again", () =>
    Effect.gen(function*() {
      const desk = yield* SessionDesk
      const { refreshToken } = yield* desk.open(userIdOf("amir"))
      yield* desk.open(userIdOf("amir")).pipe(later("91 days"))
      // Not even known any more: no reuse to write down, nothing to end.
      assert.instanceOf(yield* Effect.flip(desk.refresh(refreshToken, null)), RefreshRefused)
    }))
})

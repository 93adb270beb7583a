import { assert, describe, it, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { makeCheckedTokens } from "@opsdesk/crypto/checkedTokens"
import { JoseAccessTokens } from "@opsdesk/crypto/JoseAccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Effect, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { KeyRotation, MemoryKeyring } from "./fixtures/MemoryKeyring.ts"

const ada = {
  userId: UserId.make("0198c7a2-0000-7000-8000-000000000001"),
  sessionId: "0198c7a2-0000-7000-8000-0000000000f1"
}
const now = 1_800_000_000
const found = { ...ada, keyId: "k1", goodUntil: now + 905 }
const anyKey = () => true

describe("somebody who comes again with a token that was checked", () => {
  it("is known by it, and by no other", () => {
    const checked = makeCheckedTokens(10)
    checked.keep("a.b.c", found)
    assert.deepStrictEqual(checked.find("a.b.c", now, anyKey), found)
    assert.isUndefined(checked.find("a.b.d", now, anyKey))
    assert.isUndefined(checked.find("a.b", now, anyKey))
  })

  it("is known to the second in which it runs out, and forgotten then", () => {
    const checked = makeCheckedTokens(10)
    checked.keep("a.b.c", found)
    assert.isDefined(checked.find("a.b.c", now + 904.999, anyKey))
    assert.isUndefined(checked.find("a.b.c", now + 905, anyKey))
    assert.strictEqual(checked.size(), 0)
  })

  it("is forgotten once its key is good no more, whatever becomes of the key after", () => {
    const checked = makeCheckedTokens(10)
    checked.keep("a.b.c", found)
    assert.isUndefined(checked.find("a.b.c", now, (keyId) => keyId !== "k1"))
    assert.isUndefined(checked.find("a.b.c", now, anyKey))
  })

  it("finds a desk that remembers no more than it may: who came first is forgotten first", () => {
    const checked = makeCheckedTokens(3)
    for (const token of ["a", "b", "c", "d", "e"]) checked.keep(token, found)
    assert.strictEqual(checked.size(), 3)
    assert.deepStrictEqual(
      ["a", "b", "c", "d", "e"].map((token) => checked.find(token, now, anyKey) !== undefined),
      [false, false, true, true, true]
    )
  })
})

layer(JoseAccessTokens({ issuer: "https://desk.test" }).pipe(Layer.provideMerge(MemoryKeyring)))(
  "somebody who was let in with a token",
  (it) => {
    it.effect("is let in with it again, and never longer than it is good", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(now * 1000)
        const { issue, verify } = yield* AccessTokens
        const { token } = yield* issue(ada)
        assert.deepStrictEqual(yield* verify(token), Option.some(ada))
        yield* TestClock.setTime((now + 904) * 1000)
        assert.deepStrictEqual(yield* verify(token), Option.some(ada))
        yield* TestClock.setTime((now + 905) * 1000)
        assert.deepStrictEqual(yield* verify(token), Option.none())
      }))

    it.effect("is let in no more a second after its key is gone", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime((now + 1000) * 1000)
        const { issue, verify } = yield* AccessTokens
        const { retire, rotate } = yield* KeyRotation
        const { token } = yield* issue(ada)
        assert.deepStrictEqual(yield* verify(token), Option.some(ada))
        yield* rotate("access-token")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* verify(token), Option.some(ada))
        yield* retire("access-token")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* verify(token), Option.none())
      }))

    it.effect("is not let in with the same words under another signature", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime((now + 2000) * 1000)
        const { issue, verify } = yield* AccessTokens
        const { token } = yield* issue(ada)
        assert.deepStrictEqual(yield* verify(token), Option.some(ada))
        const other = Redacted.value((yield* issue({ ...ada, userId: UserId.make(ada.sessionId) })).token)
        const [head, claims] = Redacted.value(token).split(".")
        const forged = `${head}.${claims}.${other.split(".")[2]}`
        assert.deepStrictEqual(yield* verify(Redacted.make(forged)), Option.none())
      }))
  }
)

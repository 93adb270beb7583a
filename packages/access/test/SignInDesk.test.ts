import { assert, describe, it } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { usualFigures } from "@opsdesk/capabilities/LimitFigures"
import { LocalSignIn } from "@opsdesk/capabilities/LocalSignIn"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { userIdOf } from "@opsdesk/testkit/actors"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { DateTime, Duration, Effect, Layer, Redacted, Result, Schema } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { PasswordsNotTaken, SignInRefused } from "../src/AccessProblems.ts"
import { Rights } from "../src/Rights.ts"
import { SessionDesk } from "../src/SessionDesk.ts"
import type { NewRefreshToken } from "../src/SessionStore.ts"
import { SessionStore } from "../src/SessionStore.ts"
import { SignInDesk } from "../src/SignInDesk.ts"
import { SignInLimits } from "../src/SignInLimits.ts"
import { SignInStore } from "../src/SignInStore.ts"
import { Successors } from "../src/Successors.ts"

const carla = { userId: userIdOf("carla"), passwordHash: "hash of carla may come in", active: true }
const accounts: Record<string, typeof carla | { userId: typeof carla.userId; passwordHash: null; active: boolean }> = {
  "carla@test.local": carla,
  "dora@test.local": { userId: userIdOf("dora"), passwordHash: "hash of dora may come in", active: false },
  "chris@test.local": { userId: userIdOf("chris"), passwordHash: null, active: true },
  "old@test.local": { userId: userIdOf("nora"), passwordHash: "old hash of nora may come in", active: true }
}

/** A desk that keeps accounts in memory, and all that it was made to do. */
const aDesk = (changedMeanwhile: ReadonlySet<string> = new Set(), takesPasswords = true) => {
  const verified: Array<readonly [password: string, hash: string | null]> = []
  const rehashed: Array<readonly [userId: string, hash: string]> = []
  const begun: Array<NewRefreshToken> = []
  const Sessions = Layer.effect(SessionDesk, SessionDesk.make).pipe(
    Layer.provide(
      Layer.mock(SessionStore, {
        sweep: () => Effect.void,
        insert: () => Effect.void,
        insertToken: (token) => Effect.sync(() => void begun.push(token))
      })
    ),
    Layer.provide([Layer.mock(Rights, {}), Layer.mock(Successors, {})])
  )
  const Desk = Layer.effect(SignInDesk, SignInDesk.make).pipe(
    Layer.provide(Sessions),
    Layer.provide([
      Layer.mock(SignInStore, {
        account: (email) =>
          Effect.sync(() => {
            const name = email.toLowerCase()
            return [{ name, ...(accounts[name] ?? { userId: null, passwordHash: null, active: false }) }]
          }),
        stillHolds: (userId) => Effect.sync(() => !changedMeanwhile.has(userId)),
        rehash: (userId, hash) => Effect.sync(() => void rehashed.push([userId, hash]))
      }),
      Layer.mock(Passwords, {
        hash: (password) => Effect.succeed(`hash of ${Redacted.value(password)}`),
        verify: (password, hash) =>
          Effect.sync(() => {
            verified.push([Redacted.value(password), hash])
            return hash !== null && hash.endsWith(`hash of ${Redacted.value(password)}`)
          }),
        isOutdated: (hash) => hash.startsWith("old")
      }),
      Layer.succeed(LocalSignIn, { allowed: takesPasswords }),
      Layer.mock(AccessTokens, {
        issue: ({ sessionId, userId }) =>
          Effect.succeed({ token: Redacted.make(`token of ${userId} in ${sessionId}`), expiresIn: 900 })
      }),
      SignInLimits.layer,
      SecureRandom.layerWebCrypto,
      Digest.layerWebCrypto
    ]),
    Layer.provide(RateLimits.off(usualFigures)),
    Layer.provideMerge(RecordingJournal.layer)
  )
  return { Desk, begun, rehashed, verified }
}

describe("whoever may not come in", () => {
  it.effect("hears that no passwords are taken where sign-in is left to a provider, and theirs is not looked at", () => {
    const { Desk, begun, verified } = aDesk(new Set(), false)
    return Effect.gen(function*() {
      const desk = yield* SignInDesk
      const refusal = yield* Effect.flip(desk.signIn({ email: "carla@test.local", password: "carla may come in" }))
      assert.instanceOf(refusal, PasswordsNotTaken)
      assert.deepStrictEqual([begun, verified], [[], []])
    }).pipe(Effect.provide(Desk))
  })

  const strangers: ReadonlyArray<[string, { email: string; password: string }, string | null, string | null]> = [
    ["gives a wrong password", { email: "carla@test.local", password: "guess" }, carla.passwordHash, carla.userId],
    ["gives an unknown address", { email: "who@test.local", password: "guess" }, null, null],
    [
      "has left, though the password is right",
      { email: "dora@test.local", password: "dora may come in" },
      null,
      userIdOf("dora")
    ],
    ["has no password", { email: "chris@test.local", password: "guess" }, null, userIdOf("chris")],
    ["has no password and gives none", { email: "chris@test.local", password: "" }, null, userIdOf("chris")]
  ]

  for (const [says, credentials, comparedWith, about] of strangers) {
    it.effect(`${says}: the same words after the same work, and only the refusal is written down`, () => {
      const { Desk, begun, rehashed, verified } = aDesk()
      return Effect.gen(function*() {
        const { signIn } = yield* SignInDesk
        const problem = yield* Effect.flip(signIn(credentials))
        assert.instanceOf(problem, SignInRefused)
        assert.deepStrictEqual(
          Schema.encodeUnknownSync(SignInRefused)(problem),
          Schema.encodeUnknownSync(SignInRefused)(new SignInRefused())
        )
        assert.deepStrictEqual(verified, [[credentials.password, comparedWith]])
        assert.deepStrictEqual([begun, rehashed], [[], []])
        const entries = yield* (yield* RecordingJournal).recorded
        assert.deepStrictEqual(
          entries.map(({ action, actorId, after, before, entity, events }) => ({
            action,
            actorId,
            after,
            before,
            entity,
            events
          })),
          [{
            action: "session.refused",
            actorId: null,
            after: null,
            before: null,
            entity: { type: "user", id: about },
            events: []
          }]
        )
      }).pipe(Effect.provide(Desk))
    })
  }
})

describe("whoever could have come in a moment ago", () => {
  it.effect("is refused when the password or the account has changed while it was compared", () => {
    const { Desk, begun } = aDesk(new Set([carla.userId]))
    return Effect.gen(function*() {
      const { signIn } = yield* SignInDesk
      const problem = yield* Effect.flip(signIn({ email: "carla@test.local", password: "carla may come in" }))
      assert.instanceOf(problem, SignInRefused)
      assert.deepStrictEqual(begun, [])
      const entries = yield* (yield* RecordingJournal).recorded
      assert.deepStrictEqual(entries.map(({ action }) => action), ["session.refused"])
    }).pipe(Effect.provide(Desk))
  })
})

describe("whoever may come in", () => {
  it.effect("gets a session whose secret is nowhere but in the answer", () => {
    const { Desk, begun, rehashed, verified } = aDesk()
    return Effect.gen(function*() {
      const { signIn } = yield* SignInDesk
      const session = yield* signIn({ email: "Carla@test.local", password: "carla may come in" })
      assert.strictEqual(verified.length, 1)
      assert.deepStrictEqual(rehashed, [])

      const [token] = begun
      assert.isDefined(token)
      assert.strictEqual(begun.length, 1)
      assert.deepInclude(session, {
        accessToken: `token of ${carla.userId} in ${token.sessionId}`,
        tokenType: "Bearer",
        expiresIn: 900
      })
      const secret = Result.getOrThrow(Base64Url.decode(session.refreshToken))
      assert.strictEqual(secret.length, 32)
      assert.deepStrictEqual(token.tokenHash, yield* (yield* Digest.Digest).digest(Digest.sha256, secret))
      assert.strictEqual(token.userId, carla.userId)
      const lastsFor = (until: DateTime.Utc) => Duration.toDays(DateTime.distance(token.issuedAt, until))
      assert.deepStrictEqual([lastsFor(token.idleExpiresAt), lastsFor(token.expiresAt)], [14, 90])

      const entries = yield* (yield* RecordingJournal).recorded
      assert.deepStrictEqual(entries, [{
        at: token.issuedAt,
        actorId: carla.userId,
        action: "session.started",
        entity: { type: "session", id: token.sessionId },
        before: null,
        after: { userId: carla.userId },
        events: []
      }])
    }).pipe(Effect.provide(Desk), Effect.provide(Digest.layerWebCrypto))
  })

  it.effect("begins a family of her own each time", () => {
    const { Desk, begun } = aDesk()
    return Effect.gen(function*() {
      const { signIn } = yield* SignInDesk
      const credentials = { email: "carla@test.local", password: "carla may come in" }
      const first = yield* signIn(credentials)
      const second = yield* signIn(credentials)
      assert.notStrictEqual(first.refreshToken, second.refreshToken)
      assert.strictEqual(new Set(begun.map(({ sessionId }) => sessionId)).size, 2)
    }).pipe(Effect.provide(Desk))
  })

  it.effect("has a password kept in yesterday's way kept in today's", () => {
    const { Desk, begun, rehashed } = aDesk()
    return Effect.gen(function*() {
      const { signIn } = yield* SignInDesk
      yield* signIn({ email: "old@test.local", password: "nora may come in" })
      assert.deepStrictEqual(rehashed, [[userIdOf("nora"), "hash of nora may come in"]])
      yield* Effect.flip(signIn({ email: "old@test.local", password: "guess" }))
      assert.deepStrictEqual([rehashed.length, begun.length], [1, 1])
    }).pipe(Effect.provide(Desk))
  })
})

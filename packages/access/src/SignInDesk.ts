import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Duration, Effect, Layer, Redacted } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { SignInRefused } from "./AccessProblems.ts"
import type { Credentials, Session } from "./Session.ts"
import { SessionStore } from "./SessionStore.ts"
import { SignInLimits } from "./SignInLimits.ts"

/** A refresh token lapses when it lies unused this long, and its family this long after the sign-in. */
const idle = Duration.days(14)
const absolute = Duration.days(90)

/** Signing in with e-mail address and password. */
export class SignInDesk extends Context.Service<SignInDesk>()("@opsdesk/access/SignInDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* SessionStore
    const journal = yield* Journal
    const passwords = yield* Passwords
    const tokens = yield* AccessTokens
    const random = yield* SecureRandom.SecureRandom
    const digest = yield* Digest.Digest
    const { limited } = yield* SignInLimits

    const refuse = Effect.fnUntraced(function*(userId: UserId | null) {
      const at = yield* DateTime.now
      yield* journal.record({
        at,
        actorId: null,
        action: "session.refused",
        entity: { type: "user", id: userId },
        before: null,
        after: null,
        events: []
      })
    }, atomic)

    const begin = Effect.fnUntraced(function*(userId: UserId, sessionId: string, newHash: string | null) {
      const at = yield* DateTime.now
      const secret = yield* random.randomBytes(32)
      const expiresAt = DateTime.addDuration(at, absolute)
      if (newHash !== null) yield* store.rehash(userId, newHash)
      yield* store.insertRefreshToken({
        id: yield* random.uuidV7(),
        familyId: sessionId,
        userId,
        tokenHash: yield* Effect.orDie(digest.digest(Digest.sha256, secret)),
        issuedAt: at,
        idleExpiresAt: DateTime.addDuration(at, idle),
        expiresAt
      })
      yield* journal.record({
        at,
        actorId: userId,
        action: "session.started",
        entity: { type: "session", id: sessionId },
        before: null,
        after: { userId },
        events: []
      })
      return Base64Url.encode(secret)
    }, atomic)

    /** Opens a session, or refuses in the same words and with the same work whatever the reason. */
    const signIn = Effect.fn("SignInDesk.signIn")(function*(credentials: Credentials) {
      const [account] = yield* reading(store.account(credentials.email))
      const password = Redacted.make(credentials.password)
      const hash = account?.active === true ? account.passwordHash : null
      const matches = yield* passwords.verify(password, hash)
      if (!matches || account === undefined) {
        yield* refuse(account?.userId ?? null)
        return yield* new SignInRefused()
      }
      const newHash = hash !== null && passwords.isOutdated(hash) ? yield* passwords.hash(password) : null
      const sessionId = yield* random.uuidV7()
      const refreshToken = yield* begin(account.userId, sessionId, newHash)
      const { expiresIn, token } = yield* tokens.issue({ userId: account.userId, sessionId })
      const session: Session = { accessToken: Redacted.value(token), tokenType: "Bearer", expiresIn, refreshToken }
      return session
    }, (answer, { email }) => limited(email, answer))

    return { signIn }
  })
}) {
  static readonly layer = Layer.effect(SignInDesk, SignInDesk.make).pipe(
    Layer.provide([SessionStore.layer, SignInLimits.layer])
  )
}

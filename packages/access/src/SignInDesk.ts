import { Journal } from "@opsdesk/capabilities/Journal"
import { LocalSignIn } from "@opsdesk/capabilities/LocalSignIn"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
import { PasswordsNotTaken, SignInRefused } from "./AccessProblems.ts"
import type { Credentials } from "./Session.ts"
import { SessionDesk } from "./SessionDesk.ts"
import { SignInLimits } from "./SignInLimits.ts"
import { SignInStore } from "./SignInStore.ts"

/** Signing in with e-mail address and password. */
export class SignInDesk extends Context.Service<SignInDesk>()("@opsdesk/access/SignInDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* SignInStore
    const sessions = yield* SessionDesk
    const journal = yield* Journal
    const passwords = yield* Passwords
    const local = yield* LocalSignIn
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
      return null
    })

    /** The password was right a moment ago; the session begins if it still is. */
    const begin = Effect.fnUntraced(function*(userId: UserId, hash: string, betterHash: string | null) {
      if (!(yield* store.stillHolds(userId, hash))) return yield* refuse(userId)
      if (betterHash !== null) yield* store.rehash(userId, betterHash)
      return yield* sessions.begin(userId)
    }, atomic)

    /** Opens a session, or refuses in the same words and with the same work whatever the reason. */
    const signIn = Effect.fn("SignInDesk.signIn")(function*(credentials: Credentials) {
      if (!local.allowed) return yield* new PasswordsNotTaken()
      const [account] = yield* reading(store.account(credentials.email))
      const password = Redacted.make(credentials.password)
      const hash = account?.active === true ? account.passwordHash : null
      const matches = yield* passwords.verify(password, hash)
      if (!matches || account === undefined || hash === null) {
        yield* atomic(refuse(account?.userId ?? null))
        return yield* new SignInRefused()
      }
      const betterHash = passwords.isOutdated(hash) ? yield* passwords.hash(password) : null
      const begun = yield* begin(account.userId, hash, betterHash)
      return begun === null ? yield* new SignInRefused() : yield* sessions.tokensOf(begun)
    }, (answer, { email }) => limited(email, answer))

    return { signIn }
  })
}) {
  static readonly layer = Layer.effect(SignInDesk, SignInDesk.make).pipe(
    Layer.provide([SignInStore.layer, SessionDesk.layer, SignInLimits.layer])
  )
}

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
import type { Account } from "./SignInStore.ts"
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
    const limits = yield* SignInLimits

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

    const compare = Effect.fnUntraced(function*(account: Account, password: Redacted.Redacted<string>) {
      const { active, passwordHash, userId } = account
      const hash = active ? passwordHash : null
      const matches = yield* passwords.verify(password, hash)
      if (!matches || userId === null || hash === null) {
        yield* atomic(refuse(userId))
        return yield* new SignInRefused()
      }
      const betterHash = passwords.isOutdated(hash) ? yield* passwords.hash(password) : null
      const begun = yield* begin(userId, hash, betterHash)
      return begun === null ? yield* new SignInRefused() : yield* sessions.tokensOf(begun)
    })

    /** Opens a session, or refuses in the same words and with the same work whatever the reason. */
    const signIn = Effect.fn("SignInDesk.signIn")(function*({ email, password }: Credentials) {
      if (!local.allowed) return yield* new PasswordsNotTaken()
      yield* limits.attempt
      const [account] = yield* reading(store.account(email))
      if (account === undefined) return yield* Effect.die(new Error("an address without a row"))
      return yield* limits.limited(account, compare(account, Redacted.make(password)))
    })

    return { signIn }
  })
}) {
  static readonly layer = Layer.effect(SignInDesk, SignInDesk.make).pipe(
    Layer.provide([SignInStore.layer, SessionDesk.layer, SignInLimits.layer])
  )
}

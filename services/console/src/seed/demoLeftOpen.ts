import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Effect, Redacted } from "effect"
import { demoPassword, demoPeople, emailOf } from "./demoPeople.ts"
import { SeedStore } from "./SeedStore.ts"

/**
 * Says who of the demo can still come in with its password, which everybody knows, on a desk that has no demo any more:
 * a trial that has become a desk for others has an admin whom nobody chose.
 */
export const warnOfDemoLeftOpen = Effect.gen(function*() {
  const store = yield* SeedStore
  const passwords = yield* Passwords
  const accounts = yield* store.openAccounts(demoPeople.map(({ person }) => emailOf(person)))
  const open = yield* Effect.filter(
    accounts,
    ({ passwordHash }) => passwords.verify(Redacted.make(demoPassword), passwordHash)
  )
  if (open.length === 0) return
  yield* Effect.logWarning(
    `the demo is off, and still signs in with the password that everybody knows: ${
      open.map(({ email }) => email).join(", ")
    }; deactivate these accounts or give them other passwords`
  )
})

import { Passwords } from "@opsdesk/capabilities/Passwords"
import { isLoopback } from "@opsdesk/stack/isLoopback"
import { Settings, SettingsRefused } from "@opsdesk/stack/Settings"
import { Effect, Redacted } from "effect"
import { demoPassword, demoPeople, emailOf } from "./demoPeople.ts"
import { SeedStore } from "./SeedStore.ts"

/**
 * Says who of the demo can still come in with its password, which everybody knows, on a desk that has no demo any more:
 * a trial that has become a desk for others has an admin whom nobody chose. Where others can reach it, it does not open.
 */
export const noDemoLeftOpen = Effect.gen(function*() {
  const { host } = yield* Settings
  const store = yield* SeedStore
  const passwords = yield* Passwords
  const accounts = yield* store.openAccounts(demoPeople.map(({ person }) => emailOf(person)))
  const open = yield* Effect.filter(
    accounts,
    ({ passwordHash }) => passwords.verify(Redacted.make(demoPassword), passwordHash)
  )
  if (open.length === 0) return
  const who = open.map(({ email }) => email).join(", ")
  const what = "deactivate these accounts or give them other passwords"
  if (!isLoopback(host)) {
    return yield* new SettingsRefused({
      message: `HOST=${host} can be reached from elsewhere, and the demo's password still signs in ${who}: ` +
        `${what} first, on a loopback HOST`
    })
  }
  yield* Effect.logWarning(
    `the demo is off, and still signs in with the password that everybody knows: ${who}; ${what}`
  )
})

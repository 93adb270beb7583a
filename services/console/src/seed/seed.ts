import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Settings } from "@opsdesk/stack/Settings"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Effect, Option, Redacted } from "effect"
import { noDemoLeftOpen } from "./demoLeftOpen.ts"
import { seedDemo } from "./seedDemo.ts"

/** The first admin, where the settings name one. An account of that address that is there already is left as it is. */
const seedAdmin = Effect.gen(function*() {
  const { adminEmail, adminPassword } = yield* Settings
  if (Option.isNone(adminEmail) || Option.isNone(adminPassword)) return
  const users = yield* UserDesk
  yield* users.createAsOperator({
    email: adminEmail.value,
    name: "Administrator",
    password: Redacted.value(adminPassword.value),
    roles: ["admin"],
    teamIds: []
  }).pipe(Effect.catchTag("EmailTaken", () => Effect.void))
})

/** What every desk starts with. Can be run again at any time: what is there already stays as it is. */
export const seed = Effect.gen(function*() {
  const access = yield* AccessDesk
  const { demo } = yield* Settings
  yield* access.ensureBuiltInRoles()
  yield* seedAdmin
  yield* demo ? seedDemo : noDemoLeftOpen
})

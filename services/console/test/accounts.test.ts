import { assert, layer } from "@effect/vitest"
import { SignInDesk } from "@opsdesk/access/SignInDesk"
import { createUser } from "@opsdesk/console/commands/createUser"
import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { Settings } from "@opsdesk/stack/Settings"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { ConfigProvider, Effect, Layer, Logger, References } from "effect"
import { SqlClient } from "effect/sql"

const here = SignInDesk.layer.pipe(Layer.provideMerge(TestStack("migrated")))

const accountsOf = Effect.fnUntraced(function*(email: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`
    select u.email, u.name, u.active, string_agg(r.name, ',') as roles, u.password_hash
    from users u left join user_roles ur on ur.user_id = u.id left join roles r on r.id = ur.role_id
    where lower(u.email) = lower(${email}) group by u.id`
})

const signsIn = Effect.fnUntraced(function*(email: string, password: string) {
  const desk = yield* SignInDesk
  return (yield* Effect.result(desk.signIn({ email, password })))._tag === "Success"
})

/** Seeds as an operator who has named an admin, and no demo. */
const seedWith = Effect.fnUntraced(function*(adminPassword: string, host = "127.0.0.1") {
  const settings = yield* Effect.provide(
    Settings.make,
    ConfigProvider.layer(ConfigProvider.fromEnvRecord({
      OPSDESK_DEMO: "off",
      OPSDESK_ADMIN_EMAIL: "Root@desk.test",
      OPSDESK_ADMIN_PASSWORD: adminPassword,
      HOST: host
    }))
  )
  yield* Effect.provideService(seedDatabase, Settings, settings)
})

layer(here, { excludeTestServices: true })("an operator's command line", (it) => {
  it.effect("makes the admin that the settings name, and leaves that account alone from then on", () =>
    Effect.gen(function*() {
      yield* seedWith("the first password")
      const made = yield* accountsOf("root@desk.test")
      assert.strictEqual(made.length, 1)
      assert.deepInclude(made[0] ?? {}, {
        email: "Root@desk.test",
        name: "Administrator",
        active: true,
        roles: "admin"
      })
      assert.isTrue(yield* signsIn("root@desk.test", "the first password"))
      yield* seedWith("another password")
      assert.deepStrictEqual(yield* accountsOf("root@desk.test"), made)
      assert.isFalse(yield* signsIn("root@desk.test", "another password"))
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`select count(*) as count from users`, [{ count: 1 }])
    }))

  it.effect("makes an account whose password, shown once, signs in, and no two alike", () =>
    Effect.gen(function*() {
      yield* seedWith("the first password")
      const made = yield* Effect.forEach(["one@desk.test", "two@desk.test"], (email) =>
        createUser({ email, name: "Somebody", role: "agent" }))
      assert.strictEqual(
        new Set(made.map(({ password }) =>
          password
        )).size,
        2
      )
      for (const [at, email] of ["one@desk.test", "two@desk.test"].entries()) {
        assert.isTrue(yield* signsIn(email, made[at]?.password ?? ""))
        assert.isFalse(yield* signsIn(email, made[1 - at]?.password ?? ""))
        assert.deepInclude((yield* accountsOf(email))[0] ?? {}, { name: "Somebody", roles: "agent" })
      }
    }))

  it.effect("is refused an account that there is, a role that there is not, and what is no address", () =>
    Effect.gen(function*() {
      yield* seedWith("the first password")
      const refused = (email: string, role: string) => Effect.flip(createUser({ email, name: "x", role }))
      assert.strictEqual((yield* refused("ROOT@desk.test", "agent"))._tag, "EmailTaken")
      assert.strictEqual((yield* refused("new@desk.test", "wizard"))._tag, "ValidationFailed")
      assert.strictEqual((yield* refused("nobody", "agent"))._tag, "SchemaError")
      assert.deepStrictEqual(yield* accountsOf("new@desk.test"), [])
    }))
})

layer(here, { excludeTestServices: true })("a trial that has become a desk", (it) => {
  it.effect(
    "says who of the demo can still sign in with the password that everybody knows, until nobody can",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const warnings = Effect.gen(function*() {
          const lines: Array<string> = []
          const logger = Logger.map(Logger.formatSimple, (line) => void lines.push(line))
          yield* seedWith("chosen by the operator").pipe(
            Effect.provide([Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Warn")])
          )
          return lines
        })
        assert.deepStrictEqual(yield* warnings, [])
        yield* seedDatabase
        const [warning = "", ...more] = yield* warnings
        assert.deepStrictEqual(more, [])
        assert.include(
          warning,
          "admin@opsdesk.local, agent2@opsdesk.local, agent@opsdesk.local, customer2@opsdesk.local"
        )

        // Where others can reach it, such a desk does not open at all.
        const refused = yield* Effect.flip(seedWith("chosen by the operator", "0.0.0.0"))
        assert.match(
          refused.message,
          /^HOST=0\.0\.0\.0 can be reached .* admin@opsdesk\.local, .* first, on a loopback HOST$/
        )

        // One account has a password of its own by now, the others are closed.
        yield* sql`
        update users set password_hash = (select password_hash from users where lower(email) = 'root@desk.test')
        where email = 'admin@opsdesk.local'`
        yield* sql`update users set active = false where email like '%@opsdesk.local' and email not like 'a%n@%'`
        assert.deepStrictEqual(yield* warnings, [])
        yield* seedWith("chosen by the operator", "0.0.0.0")
      }),
    120_000
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Settings, SettingsRefused } from "@opsdesk/stack/Settings"
import { ConfigProvider, Effect, Option, Redacted } from "effect"

const under = (variables: Record<string, string>) =>
  Effect.provide(Settings.make, ConfigProvider.layer(ConfigProvider.fromEnvRecord(variables)))

const database = "postgres://user:secret@db.test:5432/desk"
const admin = { OPSDESK_ADMIN_EMAIL: "root@desk.test", OPSDESK_ADMIN_PASSWORD: "long enough" }
const secret = "x".repeat(32)
const provider = {
  OIDC_ISSUER: "https://id.example",
  OIDC_AUDIENCE: "https://desk.example/api",
  OIDC_CLIENT_ID: "opsdesk-web"
}

const refused: ReadonlyArray<readonly [variables: Record<string, string>, line: RegExp]> = [
  [{ PORT: "http" }, /^PORT: expected a string representing a finite number$/],
  [{ PORT: "0" }, /^PORT: expected a value between 1 and 65535$/],
  [{ PORT: "65536" }, /^PORT: expected a value between 1 and 65535$/],
  [{ PORT: "80.5" }, /^PORT: /],
  [{ DATABASE_URL: "mysql://db.test/desk" }, /^DATABASE_URL must be an address like postgres:\/\//],
  [{ REDIS_URL: "http://cache.test" }, /^REDIS_URL must be an address like redis:\/\//],
  [{ AMQP_URL: "broker.test:5672" }, /^AMQP_URL must be an address like amqp:\/\//],
  [{ SMTP_URL: "mail.test" }, /^SMTP_URL must be an address like smtp:\/\//],
  [{ OPSDESK_MAIL_FROM: "the desk" }, /^OPSDESK_MAIL_FROM must be an address like/],
  [{ OPSDESK_MAIL_FROM: "Desk <desk@a.test>\r\nBcc: <x@b.test>" }, /^OPSDESK_MAIL_FROM must be an address like/],
  [{ SLACK_WEBHOOK_URL: "ftp://hooks.test" }, /^SLACK_WEBHOOK_URL must be an address like https:\/\//],
  [{ DATABASE_URL: "db.test" }, /^DATABASE_URL must be an address like postgres:\/\//],
  [{ DATABASE_URL: "postgres://db.test:port/desk" }, /^DATABASE_URL must be an address like postgres:\/\//],
  [{ OPSDESK_WORKER: "relay,mail" }, /^OPSDESK_WORKER must name some of relay, notifications, cache, audit, reports$/],
  [{ DB_POOL: "many" }, /^DB_POOL: /],
  [{ DB_POOL: "1" }, /^DB_POOL must be from 2 to 500$/],
  [{ DB_POOL: "501" }, /^DB_POOL must be from 2 to 500$/],
  ...["soon", "1s,", "1s;5s", "0s", "25h", "1d", "-1s", Array(11).fill("1s").join()].map((OPSDESK_RETRY_STEPS) =>
    [
      { OPSDESK_RETRY_STEPS },
      /^OPSDESK_RETRY_STEPS must be one to ten steps such as 1s,5s,30s,2m,10m$/
    ] as const
  ),
  [{ OPSDESK_DEMO: "true" }, /^OPSDESK_DEMO: expected "on" \| "off"$/],
  [{ OPSDESK_ADMIN_EMAIL: "root@desk.test" }, /go together: set both or none$/],
  [{ OPSDESK_ADMIN_PASSWORD: "long enough" }, /go together: set both or none$/],
  [{ ...admin, OPSDESK_ADMIN_EMAIL: "root" }, /^OPSDESK_ADMIN_EMAIL must be an e-mail address$/],
  [{ ...admin, OPSDESK_ADMIN_PASSWORD: "short 7" }, /^OPSDESK_ADMIN_PASSWORD must have 8 to 128 characters$/],
  [{ ...admin, OPSDESK_ADMIN_PASSWORD: "x".repeat(129) }, /^OPSDESK_ADMIN_PASSWORD must have 8 to 128 characters$/],
  [{ ...admin, OPSDESK_ADMIN_PASSWORD: "🔑".repeat(7) }, /^OPSDESK_ADMIN_PASSWORD must have 8 to 128 characters$/],
  [{ OPSDESK_SECRET: "x".repeat(31) }, /^OPSDESK_SECRET must have at least 32 characters$/],
  [{ OPSDESK_PUBLIC_URL: "desk" }, /^OPSDESK_PUBLIC_URL: expected a valid URL string$/],
  [{ OPSDESK_PUBLIC_URL: "localhost:3000" }, /^OPSDESK_PUBLIC_URL must begin with http:\/\/ or https:\/\/$/],
  [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL: expected "debug" \| "info" \| "warn" \| "error"$/],
  [{ LOG_FORMAT: "xml" }, /^LOG_FORMAT: expected "json" \| "pretty"$/],
  [{ ...provider, OIDC_ISSUER: "id.example" }, /^OIDC_ISSUER must be an https:\/\/ address/],
  [{ ...provider, OIDC_ISSUER: "http://id.example" }, /^OIDC_ISSUER must be an https:\/\/ address/],
  [{ ...provider, OIDC_ISSUER: "https://id.example/?realm=desk" }, /^OIDC_ISSUER must be an https:\/\/ address/],
  [{ ...provider, OIDC_AUDIENCE: "" }, /^OIDC_ISSUER needs OIDC_AUDIENCE and OIDC_CLIENT_ID/],
  [
    { OIDC_ISSUER: "https://id.example" },
    /^OIDC_ISSUER needs OIDC_AUDIENCE and OIDC_CLIENT_ID: set all three or none$/
  ],
  [{ OIDC_CLIENT_ID: "desk" }, /need OIDC_ISSUER: set all three or none$/],
  [{ OIDC_AUDIENCE: "desk" }, /need OIDC_ISSUER: set all three or none$/],
  [{ ...provider, OIDC_AUDIENCE: "opsdesk-web" }, /^OIDC_AUDIENCE must not be OIDC_CLIENT_ID/],
  [{ ...provider, OPSDESK_PUBLIC_URL: "https://id.example" }, /^OIDC_ISSUER must not be OPSDESK_PUBLIC_URL/],
  [{ OPSDESK_LOCAL_AUTH: "yes" }, /^OPSDESK_LOCAL_AUTH: expected "on" \| "off"$/],
  ...["0.0.0.0", "::", "192.0.2.7", "desk.test", "127.desk.test"].map((HOST) =>
    [{ HOST }, /^HOST=\S+ can be reached from elsewhere: set OPSDESK_ADMIN_EMAIL .* or OPSDESK_DEMO, first$/] as const
  )
]

/** Whether the demo is made, by what the operator says of it. */
const demo: ReadonlyArray<readonly [variables: Record<string, string>, isMade: boolean]> = [
  [{}, true],
  [{ HOST: "localhost" }, true],
  [{ HOST: "::1" }, true],
  [{ HOST: "127.1.2.3" }, true],
  [admin, true],
  [{ OPSDESK_DEMO: "off" }, false],
  [{ DATABASE_URL: database }, false],
  [{ DATABASE_URL: database, HOST: "0.0.0.0" }, false],
  [{ DATABASE_URL: database, OPSDESK_DEMO: "on" }, true],
  [{ HOST: "0.0.0.0", OPSDESK_DEMO: "on" }, true],
  [{ HOST: "0.0.0.0", OPSDESK_DEMO: "off" }, false],
  [{ HOST: "0.0.0.0", ...admin }, false]
]

describe("an operator's settings", () => {
  it.effect("say nothing at all on a bare machine, and everything is as the documents say", () =>
    Effect.gen(function*() {
      const settings = yield* under({})
      assert.deepInclude(settings, {
        port: 3000,
        host: "127.0.0.1",
        dataDir: ".opsdesk",
        embedded: true,
        demo: true,
        pool: 10,
        logLevel: "Info"
      })
      const optional = ["databaseUrl", "adminEmail", "adminPassword", "secret", "publicUrl", "logFormat"] as const
      assert.deepStrictEqual(optional.filter((name) => settings[name]._tag !== "None"), [])
    }))

  it.effect("are taken as they are said", () =>
    Effect.gen(function*() {
      const settings = yield* under({
        ...admin,
        PORT: "65535",
        HOST: "0.0.0.0",
        OPSDESK_DATA_DIR: "/var/lib/desk",
        DATABASE_URL: database,
        DB_POOL: "500",
        OPSDESK_SECRET: secret,
        OPSDESK_PUBLIC_URL: "https://desk.test/app",
        LOG_LEVEL: "debug",
        LOG_FORMAT: "pretty"
      })
      assert.deepInclude(settings, {
        port: 65_535,
        host: "0.0.0.0",
        dataDir: "/var/lib/desk",
        embedded: false,
        demo: false,
        pool: 500,
        logLevel: "Debug",
        adminEmail: Option.some("root@desk.test"),
        logFormat: Option.some("pretty" as const)
      })
      assert.deepStrictEqual(
        [settings.databaseUrl, settings.secret, settings.adminPassword].map(Option.map(Redacted.value)),
        [Option.some(database), Option.some(secret), Option.some("long enough")]
      )
      assert.deepStrictEqual(Option.map(settings.publicUrl, ({ origin }) => origin), Option.some("https://desk.test"))
    }))

  for (const [variables, line] of refused) {
    it.effect(`are refused in one line that names the variable and tells no value: ${JSON.stringify(variables)}`, () =>
      Effect.gen(function*() {
        const refusal = yield* Effect.flip(under(variables))
        assert.instanceOf(refusal, SettingsRefused)
        assert.match(refusal.message, line)
        for (const name of ["OPSDESK_SECRET", "OPSDESK_ADMIN_PASSWORD", "DATABASE_URL"] as const) {
          const value = variables[name]
          if (value !== undefined) assert.notInclude(refusal.message, value)
        }
      }))
  }

  it.effect.each<readonly [Record<string, string>, isTaken: boolean]>([
    [{}, true],
    [{ OPSDESK_LOCAL_AUTH: "off" }, false],
    [provider, false],
    [{ ...provider, OPSDESK_LOCAL_AUTH: "on" }, true]
  ])(
    "decide whether passwords are taken: %o → %s",
    ([variables, isTaken]) =>
      Effect.map(under(variables), (settings) => assert.strictEqual(settings.localAuth, isTaken))
  )

  it.effect.each<readonly [Record<string, string>, address: string]>([
    [{}, "http://127.0.0.1:3000"],
    [{ HOST: "::1", PORT: "3001" }, "http://[::1]:3001"],
    [{ OPSDESK_PUBLIC_URL: "https://desk.example/app" }, "https://desk.example"],
    [
      { OIDC_ISSUER: "http://localhost:8080/realms/desk", OIDC_ROLES_CLAIM: "realm_access.roles" },
      "http://127.0.0.1:3000"
    ]
  ])("say where a provider sends browsers back to: %o → %s", ([variables, address]) =>
    Effect.gen(function*() {
      const { oidc } = yield* under({ ...provider, ...variables })
      assert.deepStrictEqual(
        oidc,
        Option.some({
          issuer: variables.OIDC_ISSUER ?? provider.OIDC_ISSUER,
          audience: provider.OIDC_AUDIENCE,
          clientId: provider.OIDC_CLIENT_ID,
          rolesClaim: variables.OIDC_ROLES_CLAIM ?? "roles",
          redirectUri: `${address}/v1/auth/oidc/callback`
        })
      )
    }))

  it.effect.each(demo)(
    "decide about the demo: %o → %s",
    ([variables, isMade]) => Effect.map(under(variables), (settings) => assert.strictEqual(settings.demo, isMade))
  )

  it.effect("print nothing that is secret", () =>
    Effect.gen(function*() {
      const settings = yield* under({ ...admin, DATABASE_URL: database, OPSDESK_SECRET: secret })
      const printed = `${JSON.stringify(settings)} ${String(settings.databaseUrl)} ${String(settings.secret)}`
      for (const word of [database, secret, "long enough"]) assert.notInclude(printed, word)
    }))
})

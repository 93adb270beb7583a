import type { ProviderOptions } from "@opsdesk/oidc/ProviderOptions"
import type { Duration, LogLevel } from "effect"
import { Config, ConfigProvider, Context, Data, Effect, Layer, Option, Redacted } from "effect"
import type { Limits } from "./limitsOf.ts"
import { limitsOf } from "./limitsOf.ts"
import { providerOf, refusalOfProvider } from "./providerSettings.ts"
import { retryStepsOf, usualRetrySteps } from "./retrySteps.ts"
import type { Work } from "./worksOf.ts"
import { allWorks, worksOf } from "./worksOf.ts"

/** One clear line for whoever starts a program. */
export class SettingsRefused extends Data.TaggedError("SettingsRefused")<{ readonly message: string }> {}

/** A variable of the environment: what reads it, and what the documents say of it. */
interface Variable<A> {
  readonly name: string
  readonly config: Config.Config<A>
  readonly unset: string
  readonly set: string
}

const variable = <A>(
  name: string,
  config: (name: string) => Config.Config<A>,
  about: { readonly unset: string; readonly set: string }
): Variable<A> => ({ name, config: config(name), ...about })

const onOff = (name: string) =>
  Config.option(Config.Literals(["on", "off"], name)).pipe(Config.map(Option.map((value) => value === "on")))

const levels: Record<"debug" | "info" | "warn" | "error", LogLevel.LogLevel> = {
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error"
}

/** Every variable that the programs read; `.env.example` and the README's table are kept in step with it. */
export const variables = {
  port: variable("PORT", (name) => Config.Port(name).pipe(Config.withDefault(3000)), {
    unset: "3000",
    set: "the port that the program listens on"
  }),
  host: variable("HOST", (name) => Config.NonEmptyString(name).pipe(Config.withDefault("127.0.0.1")), {
    unset: "127.0.0.1",
    set: "the address that the program listens on"
  }),
  dataDir: variable("OPSDESK_DATA_DIR", (name) => Config.NonEmptyString(name).pipe(Config.withDefault(".opsdesk")), {
    unset: "`.opsdesk`",
    set: "where the embedded PostgreSQL keeps its data, and where keys and files are"
  }),
  databaseUrl: variable("DATABASE_URL", (name) => Config.option(Config.Redacted(name)), {
    unset: "embedded PostgreSQL",
    set: "that PostgreSQL, 15 or later: `postgres://user:password@host:5432/database`"
  }),
  redisUrl: variable("REDIS_URL", (name) => Config.option(Config.Redacted(name)), {
    unset: "hints between programs by PostgreSQL, limits in the process; answers are kept only by `start`",
    set: "that Redis: `redis://user:password@host:6379`"
  }),
  amqpUrl: variable("AMQP_URL", (name) => Config.option(Config.Redacted(name)), {
    unset: "durable queues in PostgreSQL",
    set: "that RabbitMQ, 3.10 or later: `amqp://user:password@host:5672`"
  }),
  smtpUrl: variable("SMTP_URL", (name) => Config.option(Config.Redacted(name)), {
    unset: "notifications are recorded and logged, not sent",
    set: "they are also sent by e-mail through that server: `smtp://user:password@host:587`"
  }),
  mailFrom: variable("OPSDESK_MAIL_FROM", (name) => Config.option(Config.NonEmptyString(name)), {
    unset: "`OpsDesk <opsdesk@…>` at the host of `OPSDESK_PUBLIC_URL`",
    set: "whom mails come from: `Service desk <desk@example.com>`, or an address alone"
  }),
  slackWebhookUrl: variable("SLACK_WEBHOOK_URL", (name) => Config.option(Config.Redacted(name)), {
    unset: "notifications are recorded and logged, not sent",
    set: "they are also posted to that incoming webhook"
  }),
  pool: variable("DB_POOL", (name) => Config.Int(name).pipe(Config.withDefault(10)), {
    unset: "10",
    set: "how many connections a program opens to PostgreSQL at most"
  }),
  demo: variable("OPSDESK_DEMO", onOff, {
    unset: "`on` with the embedded PostgreSQL on a loopback `HOST`, else `off`",
    set: "`on` or `off`: whether demo users and tickets are made"
  }),
  adminEmail: variable("OPSDESK_ADMIN_EMAIL", (name) => Config.option(Config.NonEmptyString(name)), {
    unset: "no account but the demo users, where those are on",
    set: "the first admin's e-mail address"
  }),
  adminPassword: variable("OPSDESK_ADMIN_PASSWORD", (name) => Config.option(Config.Redacted(name)), {
    unset: "no account but the demo users, where those are on",
    set: "the first admin's password, 8 to 128 characters"
  }),
  secret: variable("OPSDESK_SECRET", (name) => Config.option(Config.Redacted(name)), {
    unset: "made once in `OPSDESK_DATA_DIR`",
    set: "at least 32 characters, the same for all programs: seals the keys that they share in PostgreSQL"
  }),
  limits: variable("OPSDESK_LIMITS", (name) => Config.option(Config.NonEmptyString(name)), {
    unset:
      "10 failed sign-ins an account in 15 min, 60 sign-ins a minute an address, 50 writes, 200 reads and 10 searches a second a user",
    set: "`off`, or the path of a JSON file with other figures (docs/security.md)"
  }),
  retrySteps: variable(
    "OPSDESK_RETRY_STEPS",
    (name) => Config.NonEmptyString(name).pipe(Config.withDefault(usualRetrySteps)),
    {
      unset: `\`${usualRetrySteps}\``,
      set: "how long an event waits before each further try of a consumer, as a comma list: each step is a queue"
    }
  ),
  works: variable(
    "OPSDESK_WORKER",
    (name) => Config.NonEmptyString(name).pipe(Config.withDefault(allWorks.join(","))),
    {
      unset: "all of it",
      set: `what a worker does, as a comma list: ${allWorks.map((work) => `\`${work}\``).join(", ")}`
    }
  ),
  graphqlIntrospection: variable("OPSDESK_GRAPHQL_INTROSPECTION", onOff, {
    unset: "`on` with the embedded PostgreSQL, else `off`",
    set: "`on` or `off`: whether GraphQL tells its schema, suggests names and shows GraphiQL in a browser"
  }),
  publicUrl: variable("OPSDESK_PUBLIC_URL", (name) => Config.option(Config.URL(name)), {
    unset: "`http://HOST:PORT`",
    set: "the address that people use, which links and allowed origins are built from"
  }),
  oidcIssuer: variable("OIDC_ISSUER", (name) => Config.option(Config.NonEmptyString(name)), {
    unset: "accounts of the desk only",
    set:
      "the provider of identities (OpenID Connect) whose tokens are accepted, as they name it: https, or http on loopback"
  }),
  oidcAudience: variable("OIDC_AUDIENCE", (name) => Config.option(Config.NonEmptyString(name)), {
    unset: "accounts of the desk only",
    set: "whom the provider's access tokens must be meant for (`aud`)"
  }),
  oidcClientId: variable("OIDC_CLIENT_ID", (name) => Config.option(Config.NonEmptyString(name)), {
    unset: "accounts of the desk only",
    set: "the desk's page as a public client of the provider, with PKCE"
  }),
  oidcRolesClaim: variable(
    "OIDC_ROLES_CLAIM",
    (name) => Config.NonEmptyString(name).pipe(Config.withDefault("roles")),
    {
      unset: "`roles`",
      set: "where the provider's tokens name roles, with dots where it lies deeper: `realm_access.roles`"
    }
  ),
  localAuth: variable("OPSDESK_LOCAL_AUTH", onOff, {
    unset: "`on`, but `off` with `OIDC_ISSUER`",
    set: "`on` or `off`: whether people sign in with passwords"
  }),
  logLevel: variable("LOG_LEVEL", (name) =>
    Config.Literals(["debug", "info", "warn", "error"], name).pipe(
      Config.withDefault("info" as const),
      Config.map((level) => levels[level])
    ), { unset: "`info`", set: "`debug`, `info`, `warn` or `error`" }),
  logFormat: variable("LOG_FORMAT", (name) => Config.option(Config.Literals(["json", "pretty"], name)), {
    unset: "`pretty` on a terminal, else `json`",
    set: "`json` or `pretty`"
  })
}

const {
  adminEmail,
  adminPassword,
  amqpUrl,
  databaseUrl,
  dataDir,
  demo,
  graphqlIntrospection,
  host,
  localAuth,
  limits,
  logFormat,
  logLevel,
  mailFrom,
  oidcAudience,
  oidcClientId,
  oidcIssuer,
  oidcRolesClaim,
  pool,
  port,
  publicUrl,
  redisUrl,
  retrySteps,
  secret,
  slackWebhookUrl,
  smtpUrl,
  works
} = variables

const read = Config.all({
  port: port.config,
  host: host.config,
  dataDir: dataDir.config,
  databaseUrl: databaseUrl.config,
  redisUrl: redisUrl.config,
  amqpUrl: amqpUrl.config,
  smtpUrl: smtpUrl.config,
  mailFrom: mailFrom.config,
  slackWebhookUrl: slackWebhookUrl.config,
  pool: pool.config,
  demo: demo.config,
  adminEmail: adminEmail.config,
  adminPassword: adminPassword.config,
  secret: secret.config,
  limits: limits.config,
  retrySteps: retrySteps.config,
  works: works.config,
  graphqlIntrospection: graphqlIntrospection.config,
  publicUrl: publicUrl.config,
  oidcIssuer: oidcIssuer.config,
  oidcAudience: oidcAudience.config,
  oidcClientId: oidcClientId.config,
  oidcRolesClaim: oidcRolesClaim.config,
  localAuth: localAuth.config,
  logLevel: logLevel.config,
  logFormat: logFormat.config
})

export const isLoopback = (address: string): boolean =>
  address === "localhost" || address === "::1" || /^127(\.\d{1,3}){3}$/.test(address)

type Read = Config.Success<typeof read>

const isUrlOf = (protocols: RegExp, text: string) => protocols.test(text) && URL.canParse(text)

/** Addresses of what the desk works with; they may hold passwords, so what stands in them is not said. */
const addresses = [
  ["databaseUrl", databaseUrl.name, /^postgres(ql)?:\/\//, "postgres://user:password@host:5432/database"],
  ["redisUrl", redisUrl.name, /^rediss?:\/\//, "redis://user:password@host:6379"],
  ["amqpUrl", amqpUrl.name, /^amqps?:\/\//, "amqp://user:password@host:5672"],
  ["smtpUrl", smtpUrl.name, /^smtps?:\/\//, "smtp://user:password@host:587"],
  ["slackWebhookUrl", slackWebhookUrl.name, /^https?:\/\//, "https://hooks.example.com/services/…"]
] as const

/** What no single variable can say: that they go together. */
const refusalOf = (found: Read): string | null => {
  for (const [key, name, protocols, example] of addresses) {
    const url = found[key]
    if (Option.isSome(url) && !isUrlOf(protocols, Redacted.value(url.value))) {
      return `${name} must be an address like ${example}`
    }
  }
  if (Option.isSome(found.publicUrl) && !/^https?:$/.test(found.publicUrl.value.protocol)) {
    return "OPSDESK_PUBLIC_URL must begin with http:// or https://"
  }
  if (
    Option.isSome(found.mailFrom) &&
    !/^([^<>\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(found.mailFrom.value)
  ) {
    return "OPSDESK_MAIL_FROM must be an address like Service desk <desk@example.com>"
  }
  const provider = refusalOfProvider(found)
  if (provider !== null) return provider
  if (Option.isSome(found.secret) && Redacted.value(found.secret.value).length < 32) {
    return "OPSDESK_SECRET must have at least 32 characters"
  }
  if (Option.isNone(retryStepsOf(found.retrySteps))) {
    return `${retrySteps.name} must be one to ten steps such as ${usualRetrySteps}`
  }
  if (Option.isNone(worksOf(found.works))) return `${works.name} must name some of ${allWorks.join(", ")}`
  if (found.pool < 2 || found.pool > 500) return "DB_POOL must be from 2 to 500"
  if (Option.isSome(found.adminEmail) !== Option.isSome(found.adminPassword)) {
    return "OPSDESK_ADMIN_EMAIL and OPSDESK_ADMIN_PASSWORD go together: set both or none"
  }
  if (Option.isSome(found.adminEmail) && !/^[^\s@]+@[^\s@]+$/.test(found.adminEmail.value)) {
    return "OPSDESK_ADMIN_EMAIL must be an e-mail address"
  }
  if (Option.isSome(found.adminPassword)) {
    const { length } = [...Redacted.value(found.adminPassword.value)]
    if (length < 8 || length > 128) return "OPSDESK_ADMIN_PASSWORD must have 8 to 128 characters"
  }
  const embedded = Option.isNone(found.databaseUrl)
  if (embedded && !isLoopback(found.host) && Option.isNone(found.demo) && Option.isNone(found.adminEmail)) {
    return `HOST=${found.host} can be reached from elsewhere: set OPSDESK_ADMIN_EMAIL and OPSDESK_ADMIN_PASSWORD, or OPSDESK_DEMO, first`
  }
  return null
}

/** What the environment says, checked. */
export class Settings extends Context.Service<
  Settings,
  Omit<
    Read,
    | "demo"
    | "graphqlIntrospection"
    | "limits"
    | "localAuth"
    | "oidcAudience"
    | "oidcClientId"
    | "oidcIssuer"
    | "oidcRolesClaim"
    | "retrySteps"
    | "works"
  > & {
    /** Whether the GraphQL interface tells what it is. */
    readonly introspection: boolean
    readonly embedded: boolean
    /** The provider of identities, where there is one. */
    readonly oidc: Option.Option<ProviderOptions>
    readonly localAuth: boolean
    readonly demo: boolean
    readonly limits: Limits
    /** What events wait between the tries of a consumer. */
    readonly retrySteps: ReadonlyArray<Duration.Duration>
    readonly works: ReadonlySet<Work>
  }
>()("@opsdesk/stack/Settings") {
  static readonly make = Effect.gen(function*() {
    const found = yield* read.pipe(Effect.mapError((error) => new SettingsRefused({ message: lineOf(error.message) })))
    const refusal = refusalOf(found)
    if (refusal !== null) return yield* new SettingsRefused({ message: refusal })
    const limits = yield* limitsOf(found.limits).pipe(
      Effect.mapError(({ message }) => new SettingsRefused({ message }))
    )
    const embedded = Option.isNone(found.databaseUrl)
    return Settings.of({
      ...found,
      embedded,
      oidc: providerOf(found),
      localAuth: Option.getOrElse(found.localAuth, () => Option.isNone(found.oidcIssuer)),
      limits,
      retrySteps: Option.getOrThrow(retryStepsOf(found.retrySteps)),
      works: Option.getOrThrow(worksOf(found.works)),
      introspection: Option.getOrElse(found.graphqlIntrospection, () => embedded),
      demo: Option.getOrElse(found.demo, () => embedded && isLoopback(found.host))
    })
  })

  static readonly layer = Layer.effect(Settings, Settings.make)
}

/** The line that a config error comes down to, which names the variable last: `PORT: expected a value between …`. */
const lineOf = (text: string): string => {
  const line = text.replaceAll(/\s*\n\s*/g, " ")
  const [, says, name] = /^SchemaError\((.*) at \["(\w+)"\]\)$/.exec(line) ?? []
  return says === undefined ? line : `${name}: ${says.charAt(0).toLowerCase()}${says.slice(1)}`
}

/** The environment without what is set to nothing: `NAME=` in an env file means unset. */
export const environment = ConfigProvider.layer(ConfigProvider.fromEnvRecord(
  Object.fromEntries(
    Object.entries(globalThis.process.env).flatMap(([name, value]) =>
      value === undefined || value.trim() === "" ? [] : [[name, value]]
    )
  )
))

import type { LogLevel } from "effect"
import { Config, Option } from "effect"
import { usualRetrySteps } from "./retrySteps.ts"
import { allWorks } from "./worksOf.ts"

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

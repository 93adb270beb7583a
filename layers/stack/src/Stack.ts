import { Broker } from "@opsdesk/capabilities/Broker"
import { NoCache } from "@opsdesk/capabilities/Cache"
import type { Trouble } from "@opsdesk/capabilities/Dependencies"
import { Dependencies } from "@opsdesk/capabilities/Dependencies"
import { LocalSignIn } from "@opsdesk/capabilities/LocalSignIn"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Argon2Passwords } from "@opsdesk/crypto/Argon2Passwords"
import { FileCheckpoints } from "@opsdesk/crypto/FileCheckpoints"
import { JoseAccessTokens } from "@opsdesk/crypto/JoseAccessTokens"
import { MacCursors } from "@opsdesk/crypto/MacCursors"
import { NodeSha256 } from "@opsdesk/crypto/NodeSha256"
import { PooledRandom } from "@opsdesk/crypto/PooledRandom"
import { secretFile } from "@opsdesk/crypto/secretFile"
import { MemoryCache } from "@opsdesk/memory/MemoryCache"
import { MemoryRateLimiterStore } from "@opsdesk/memory/MemoryRateLimiterStore"
import { JoseIdentityProvider, NoIdentityProvider } from "@opsdesk/oidc/JoseIdentityProvider"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { schemaTrouble } from "@opsdesk/postgres/Migrator"
import { PostgresBroker } from "@opsdesk/postgres/PostgresBroker"
import { PostgresCacheGeneration } from "@opsdesk/postgres/PostgresCacheGeneration"
import { PostgresDeadLetters } from "@opsdesk/postgres/PostgresDeadLetters"
import { PostgresJournal } from "@opsdesk/postgres/PostgresJournal"
import { PostgresKeptAnswers } from "@opsdesk/postgres/PostgresKeptAnswers"
import { PostgresKeyring } from "@opsdesk/postgres/PostgresKeyring"
import { PostgresRoomBus } from "@opsdesk/postgres/PostgresRoomBus"
import { PostgresSql } from "@opsdesk/postgres/PostgresSql"
import { PostgresTransaction } from "@opsdesk/postgres/PostgresTransaction"
import { within } from "@opsdesk/postgres/within"
import { RedisCache } from "@opsdesk/redis/RedisCache"
import { redisPing } from "@opsdesk/redis/redisPing"
import { RedisRateLimiterStore } from "@opsdesk/redis/RedisRateLimiterStore"
import { RedisRoomBus } from "@opsdesk/redis/RedisRoomBus"
import { Logs } from "@opsdesk/telemetry/Logs"
import { Prometheus } from "@opsdesk/telemetry/Prometheus"
import { NoSpans } from "@opsdesk/telemetry/Tracing"
import { Clock, Effect, Layer, Option } from "effect"
import { Digest, Mac } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import { Database } from "./Database.ts"
import { Notifying } from "./Notifying.ts"
import { Settings } from "./Settings.ts"

export { NodeSha256 }

/** Where a data directory keeps the audit's checkpoints. */
export const checkpointsOf = (dataDir: string): string => join(dataDir, "audit", "checkpoints.ndjson")

/** Time, like every other capability, is chosen here; tests choose another. */
const SystemClock = Layer.succeed(Clock.Clock, Clock.Clock.defaultValue())

const Macs = Mac.layerWebCrypto.pipe(Layer.provide(PooledRandom))

const Sql = (service: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const { programUrl } = yield* Database
    const { pool } = yield* Settings
    return PostgresSql({ url: programUrl, applicationName: `opsdesk-${service}`, maxConnections: pool })
  }))

const Keys = Layer.unwrap(Effect.gen(function*() {
  const { dataDir, secret } = yield* Settings
  return PostgresKeyring(Option.isSome(secret) ? secret.value : yield* secretFile(dataDir))
}))

const Tokens = Layer.unwrap(Effect.map(Settings, ({ publicUrl }) =>
  // The same for all programs of a desk, whichever port each listens on.
  JoseAccessTokens({ issuer: Option.match(publicUrl, { onNone: () => "opsdesk", onSome: ({ origin }) => origin }) })))

const Identities = Layer.unwrap(
  Effect.map(Settings, ({ localAuth, oidc }) =>
    Option.match(oidc, {
      onNone: () => NoIdentityProvider,
      onSome: JoseIdentityProvider
    }).pipe(
      Layer.merge(Layer.succeed(LocalSignIn, { allowed: localAuth }))
    ))
)

/** Counted together where there is a Redis; else in this process: several that share a desk each allow as much. */
const Counts = Layer.unwrap(Effect.map(Settings, ({ redisUrl }) =>
  Option.match(redisUrl, {
    onNone: () => MemoryRateLimiterStore,
    onSome: (url) =>
      RedisRateLimiterStore({ url }).pipe(Layer.provide([MemoryRateLimiterStore, PostgresCacheGeneration]))
  })))

const Limits = Layer.unwrap(
  Effect.map(
    Settings,
    ({ limits: { figures, on } }) =>
      on ? RateLimits.layer(figures).pipe(Layer.provide(Counts)) : RateLimits.off(figures)
  )
)

const AuditCheckpoints = Layer.unwrap(
  Effect.map(Settings, ({ dataDir }) => FileCheckpoints(checkpointsOf(dataDir)))
)
/** RabbitMQ is not called before somebody publishes or consumes: programs that do neither need not reach it. */
const Queues = (service: string) =>
  Layer.unwrap(Effect.map(Settings, ({ amqpUrl }) =>
    Option.match(amqpUrl, {
      onNone: () => PostgresBroker(),
      // Read where there is a RabbitMQ, as the embedded desk has none.
      onSome: (url) =>
        Layer.unwrap(Effect.map(
          Effect.promise(() => import("@opsdesk/rabbitmq/RabbitBroker")),
          ({ RabbitBroker }) => RabbitBroker({ url, applicationName: `opsdesk-${service}` })
        ))
    })))

/** Programs that share a database, and no place to keep answers together, would show each other what was. */
const Answers = Layer.unwrap(Effect.map(Settings, ({ databaseUrl, redisUrl }) =>
  Option.match(redisUrl, {
    onNone: () => Option.isSome(databaseUrl) ? NoCache : MemoryCache(),
    onSome: (url) => RedisCache({ url }).pipe(Layer.provide(PostgresCacheGeneration))
  })))

/** How the programs of a desk wake each other. */
const Hints = (service: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const { programUrl } = yield* Database
    const { redisUrl } = yield* Settings
    return Option.match(redisUrl, {
      onNone: () => PostgresRoomBus({ url: programUrl, applicationName: `opsdesk-${service}` }),
      onSome: (url) => RedisRoomBus({ url }).pipe(Layer.provide(PostgresCacheGeneration))
    })
  }))

const away = (detail: string): Trouble => ({ away: true, detail })

const answersAt = (what: Effect.Effect<string | null, unknown>) =>
  what.pipe(
    Effect.map((detail): Trouble | null => detail === null ? null : { away: false, detail }),
    within({ duration: "2 seconds", orElse: Effect.succeed(away("does not answer within 2 s")) }),
    Effect.catchCause(() => Effect.succeed(away("does not answer")))
  )

/** Nothing works without PostgreSQL; without Redis, where there is one, answers take longer. */
const StackDependencies = Layer.effect(
  Dependencies,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const digest = yield* Digest.Digest
    const migrations = yield* migrationFiles
    const { redisUrl } = yield* Settings
    const redis = Option.isNone(redisUrl)
      ? []
      : [{ name: "redis", needed: false, trouble: answersAt(Effect.as(yield* redisPing(redisUrl.value), null)) }]
    return [
      { name: "postgres", needed: true, trouble: answersAt(Effect.as(sql`select 1`, null)) },
      {
        name: "schema",
        needed: true,
        trouble: answersAt(
          schemaTrouble(migrations).pipe(
            Effect.provideService(SqlClient.SqlClient, sql),
            Effect.provideService(Digest.Digest, digest)
          )
        )
      },
      ...redis
    ]
  })
)

/** For programs that publish or consume: without RabbitMQ, where there is one, they are not ready. */
export const BrokerDependency = Layer.effect(
  Dependencies,
  Effect.gen(function*() {
    const others = yield* Dependencies
    const { amqpUrl } = yield* Settings
    const { depths } = yield* Broker
    if (Option.isNone(amqpUrl)) return others
    return [...others, { name: "rabbitmq", needed: true, trouble: answersAt(Effect.as(depths([]), null)) }]
  })
)

/** One layer for each capability, chosen by the settings: the only place that knows them all. */
export const Stack = (service: string) =>
  Layer.mergeAll(Tokens, MacCursors, Identities, Queues(service)).pipe(
    Layer.provideMerge(Keys),
    Layer.provideMerge(Layer.mergeAll(
      PostgresTransaction,
      PostgresJournal,
      PostgresDeadLetters,
      PostgresKeptAnswers,
      StackDependencies,
      Argon2Passwords,
      AuditCheckpoints,
      Notifying,
      Limits
    )),
    Layer.provideMerge(Answers),
    Layer.provideMerge(Hints(service)),
    Layer.provideMerge(Sql(service)),
    Layer.provideMerge(Layer.mergeAll(PooledRandom, Macs, Digest.layerWebCrypto, NodeSha256, Prometheus, SystemClock))
  )

/** How programs log; outermost, so that everything inside is logged alike. */
export const StackLogs = (service: string) =>
  Layer.unwrap(Effect.map(Settings, ({ logFormat, logLevel }) =>
    Logs({
      service,
      level: logLevel,
      format: Option.getOrElse(logFormat, () => globalThis.process.stdout.isTTY ? "pretty" as const : "json" as const)
    }))).pipe(Layer.merge(NoSpans))

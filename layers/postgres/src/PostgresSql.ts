import { PgClient, PgTypes } from "@effect/sql-pg"
import type { Redacted } from "effect"
import { Data, Duration, Effect, Layer, Result, String as Text } from "effect"
import { boundedTransactions } from "./boundedTransactions.ts"
import { recentEnough } from "./recentEnough.ts"

class TooLarge extends Data.TaggedError("PgTypesCodecError")<{ readonly message: string }> {}

/**
 * `bigint` as a number: JSON has no other, and no count or position here comes near 2^53. One that does is refused
 * rather than rounded.
 */
const types = PgTypes.makeRegistry()
types.register(PgTypes.OID.int8, {
  encode: (value: number | bigint) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value))
    return Result.succeed(bytes)
  },
  decode: (bytes) => {
    const value = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0))
    return Number.isSafeInteger(value)
      ? Result.succeed(value)
      : Result.fail(new TooLarge({ message: "a bigint beyond 2^53" }))
  }
})

/** Rows are many and columns few: each name is turned once. */
const turnedOnce = (turn: (name: string) => string) => {
  const known = new Map<string, string>()
  return (name: string): string => {
    const before = known.get(name)
    if (before !== undefined) return before
    const turned = turn(name)
    known.set(name, turned)
    return turned
  }
}

export interface PostgresOptions {
  readonly url: Redacted.Redacted<string>
  /** How the server's own views name us. */
  readonly applicationName: string
  readonly maxConnections?: number
}

/**
 * Effect's `SqlClient` on PostgreSQL. The server's time limits are off by default; without them one stuck statement or
 * forgotten transaction could hold a connection, and the events behind it, for ever.
 */
export const PostgresSql = (options: PostgresOptions) =>
  PgClient.layerFrom(
    PgClient.make({
      url: options.url,
      applicationName: options.applicationName,
      maxConnections: options.maxConnections ?? 10,
      idleTimeout: Duration.minutes(1),
      connectTimeout: Duration.seconds(5),
      keepAlive: Duration.seconds(10),
      startupParameters: {
        statement_timeout: "5s",
        lock_timeout: "2s",
        idle_in_transaction_session_timeout: "10s",
        timezone: "UTC"
      },
      transformQueryNames: Text.camelToSnake,
      transformResultNames: turnedOnce(Text.snakeToCamel),
      // The keys inside a document belong to whoever wrote it.
      transformJson: false,
      types
    }).pipe(Effect.map(boundedTransactions), Effect.tap(recentEnough))
  )

/** Without time limits and names as they are: for migrations, which may take long and touch the catalog. */
export const PostgresOwner = (url: Redacted.Redacted<string>) =>
  Layer.fresh(
    PgClient.layerFrom(
      PgClient.make({
        url,
        applicationName: "opsdesk-migrate",
        maxConnections: 1,
        connectTimeout: Duration.seconds(5),
        types
      }).pipe(Effect.tap(recentEnough))
    )
  )

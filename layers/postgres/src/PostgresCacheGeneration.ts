import { CacheGeneration } from "@opsdesk/capabilities/CacheGeneration"
import { sqlIsADefect } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { within } from "./within.ts"

const decodeGeneration = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({
  desk: Schema.String,
  wanted: Schema.Int,
  acknowledged: Schema.Int,
  wantedForMillis: Schema.Number
})]))

const answerWithin = within({
  duration: "2 seconds",
  orElse: Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))
})

/** The generation of what is kept, in one row. */
export const PostgresCacheGeneration = Layer.effect(
  CacheGeneration,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** What others are told must not wait for a transaction that happens to be around, nor go with it. */
    const told = <A, E>(effect: Effect.Effect<A, E>) =>
      answerWithin(effect).pipe(
        Effect.catch(sqlIsADefect),
        Effect.updateContext((context: Context.Context<never>) => Context.omit(sql.transactionService)(context))
      )

    const current = sql`
      select desk || '-' || (select oid from pg_database where datname = current_database()) as desk, wanted::integer, acknowledged::integer,
        extract(epoch from clock_timestamp() - wanted_at)::double precision * 1000 as wanted_for_millis
      from cache_generation`.pipe(
      Effect.flatMap(decodeGeneration),
      Effect.map(([row]) => row),
      told
    )

    return CacheGeneration.of({
      current,
      // Whoever comes while another is wanted already changes nothing, and still waits out those who have not noticed.
      wantAnother: Effect.andThen(
        told(sql`
          update cache_generation set wanted = wanted + 1, wanted_at = clock_timestamp()
          where wanted = acknowledged`),
        current
      ),
      acknowledge: (wanted) =>
        Effect.asVoid(told(sql`
          update cache_generation set acknowledged = ${wanted} where wanted = ${wanted} and acknowledged < ${wanted}`))
    })
  })
)

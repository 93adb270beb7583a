import type { Standing } from "@opsdesk/capabilities/KeptAnswers"
import { KeptAnswers } from "@opsdesk/capabilities/KeptAnswers"
import { DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { makeAttemptSeals, SealingCrypto } from "./sealedAnswers.ts"

const lifetime = { hours: 24 }

/** So many expired rows go with each new one: more than come, and never so many that it shows. */
const sweep = 10

const decodeRows = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ fingerprint: Schema.Uint8Array, body: Schema.Uint8Array, live: Schema.Boolean }))
)

const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, at) => byte === b[at])

/**
 * Answers in `idempotency_keys`. Who holds an advisory lock on the key until the end of the transaction is the one who
 * answers; whoever does not get it hears so at once. PostgreSQL lets go of such a lock only after the commit can be
 * seen, so whoever gets it next sees the row.
 */
export const PostgresKeptAnswers = Layer.effect(
  KeptAnswers,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const sealsOf = yield* makeAttemptSeals

    return KeptAnswers.of({
      begin: Effect.fnUntraced(function*(attempt) {
        const { userId } = attempt
        const { fingerprint, name, open, seal } = yield* sealsOf(attempt)
        const now = yield* DateTime.now
        const at = DateTime.toDateUtc(now)

        const [lock] = yield* sql<{ ours: boolean }>`
          select pg_try_advisory_xact_lock(hashtextextended(${`idempotency_keys:${userId}:${name}`}, 0)) as ours`
        const ours = lock?.ours === true
        // A statement of its own: it must see what was committed before the lock was given. It holds a row that has
        // expired, so that nobody sweeps it away while it is written anew.
        const [row] = yield* Effect.flatMap(
          sql`
            select fingerprint, body, expires_at > ${at} as live from idempotency_keys
            where user_id = ${userId} and key = ${name} ${ours ? sql`for update` : sql``}`,
          decodeRows
        )
        if (row?.live === true) {
          const standing: Standing = same(row.fingerprint, fingerprint)
            ? { _tag: "Answered", answer: yield* open(row.body) }
            : { _tag: "OfAnother" }
          return standing
        }
        if (!ours) return { _tag: "InProgress" }

        const first: Standing = {
          _tag: "First",
          keep: Effect.fnUntraced(function*(answer) {
            const expiresAt = DateTime.toDateUtc(DateTime.add(now, lifetime))
            yield* sql`
              with swept as (
                delete from idempotency_keys where (user_id, key) in (
                  select user_id, key from idempotency_keys
                  where expires_at <= ${at} and (user_id, key) <> (${userId}::uuid, ${name})
                  order by expires_at limit ${sweep} for update skip locked)
              )
              insert into idempotency_keys (user_id, key, fingerprint, body, created_at, expires_at)
              values (${userId}, ${name}, ${fingerprint}, ${yield* seal(answer)}, ${at}, ${expiresAt})
              on conflict (user_id, key) do update set fingerprint = excluded.fingerprint, body = excluded.body,
                created_at = excluded.created_at, expires_at = excluded.expires_at`
          })
        }
        return first
      })
    })
  })
).pipe(Layer.provide(SealingCrypto))

import { assert, layer } from "@effect/vitest"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate } from "@opsdesk/postgres/Migrator"
import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Effect } from "effect"
import { Digest } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { emptyDatabase } from "./fixtures/databases.ts"

const id = (last: string) => `0198c7a2-0000-7000-8000-0000000000${last}`
const [user, key, family, first, second] = [id("01"), id("02"), id("03"), id("04"), id("05")]

layer(Digest.layerWebCrypto, { excludeTestServices: true })(
  "a desk that was in use before sessions had a table",
  (it) => {
    it.effect("keeps its keys and answers, and a family of tokens becomes a session that has ended", () =>
      Effect.gen(function*() {
        const url = yield* emptyDatabase()
        yield* Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const files = yield* migrationFiles
          yield* migrate(files.filter(({ name }) => name < "0007"))
          yield* sql`
          insert into users (id, email, name, created_at, updated_at)
          values (${user}, 'ada@test.local', 'Ada', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')`
          yield* sql`
          insert into sealed_keys (id, purpose, sealed, created_at)
          values (${key}, 'cursor', '\\x010203', '2026-01-01T00:00:00Z')`
          yield* sql`
          insert into refresh_tokens (id, family_id, parent_id, user_id, token_hash, issued_at, idle_expires_at,
            expires_at, spent_at, revoked_at)
          values
            (${first}, ${family}, null, ${user}, '\\x01', '2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z',
              '2026-02-01T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z'),
            (${second}, ${family}, ${first}, ${user}, '\\x02', '2026-01-03T00:00:00Z', '2026-01-10T00:00:00Z',
              '2026-02-01T00:00:00Z', null, '2026-01-04T00:00:00Z')`
          yield* sql`
          insert into idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at, expires_at)
          values (${user}, 'k', '\\x01', 201, '{}', '\\x02', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z')`

          yield* migrate(files)

          assert.deepStrictEqual(
            yield* sql`select id, user_id, started_at, expires_at, ended_at, ended_because from sessions`,
            [{
              id: family,
              user_id: user,
              started_at: new Date("2026-01-02T00:00:00Z"),
              expires_at: new Date("2026-02-01T00:00:00Z"),
              ended_at: new Date("2026-01-04T00:00:00Z"),
              ended_because: "signed-out"
            }]
          )
          assert.deepStrictEqual(
            yield* sql`
            select id, family_id, parent_id, spent_at is not null as spent, spent_with from refresh_tokens order by id`,
            [
              { id: first, family_id: family, parent_id: null, spent: true, spent_with: null },
              { id: second, family_id: family, parent_id: first, spent: false, spent_with: null }
            ]
          )
          assert.deepStrictEqual(
            yield* sql`select id, purpose, encode(sealed, 'hex') as sealed, retired_at from sealed_keys`,
            [{ id: key, purpose: "cursor", sealed: "010203", retired_at: null }]
          )
          assert.deepStrictEqual(
            yield* sql`select user_id, key, encode(fingerprint, 'hex') as print, encode(body, 'hex') as body
            from idempotency_keys`,
            [{ user_id: user, key: "k", print: "01", body: "02" }]
          )
        }).pipe(Effect.provide(PostgresOwner(url)))
      }))
  }
)

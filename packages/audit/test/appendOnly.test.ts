import { assert, layer } from "@effect/vitest"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { userIdOf } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { DateTime, Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Two things that happened. */
const past = Effect.gen(function*() {
  const journal = yield* Journal
  const { atomic } = yield* Transaction
  const at = yield* DateTime.now
  const happened = (action: string) =>
    atomic(journal.record({
      at,
      actorId: userIdOf("alex"),
      action,
      entity: { type: "team", id: null },
      before: null,
      after: { name: "Night shift" },
      events: [{ type: action, ticketId: null, seq: null, audience: "internal", payload: { name: "Night shift" } }]
    }))
  yield* happened("team.created")
  yield* happened("team.member_added")
})

const record = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ row: string }>`
    select a::text as row from audit_log a union all select e::text from events e order by 1`
  return rows.map(({ row }) => row)
})

/** What the server says to a statement, the innermost words first. */
const refusalOf = Effect.fnUntraced(function*(...statements: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  const error = yield* Effect.flip(Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared))
  return [error.reason._tag, error.message, String(error.reason.cause)].join("\n")
})

const changes = (table: "audit_log" | "events") => [
  `update ${table} set request_id = 'another'`,
  `update ${table} set request_id = request_id`,
  `delete from ${table}`,
  `delete from ${table} where false or true`,
  `truncate ${table} cascade`,
  `merge into ${table} t using (select 1) s on true when matched then delete`
]

const tables = ["audit_log", "events"] as const

layer(TestStack("peopled"), { excludeTestServices: true })("what happened", (it) => {
  for (const table of tables) {
    it.effect(`no program can change or remove a row of ${table}`, () =>
      Effect.gen(function*() {
        yield* past
        const before = yield* record
        assert.isAbove(before.length, 3)
        const around = [
          `alter table ${table} disable trigger all`,
          `drop trigger ${table}_append_only on ${table}`,
          `create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'`,
          `drop table ${table} cascade`
        ]
        for (const statement of [...changes(table), ...around]) {
          const refusal = yield* refusalOf(statement)
          assert.match(refusal, /permission denied for|must be owner of/, statement)
        }
        assert.deepStrictEqual(yield* record, before)
      }))

    it.effect(`not even the owner can change or remove a row of ${table}`, () =>
      Effect.gen(function*() {
        yield* past
        const before = yield* record
        for (const statement of changes(table)) {
          const refusal = yield* asOwner(refusalOf(statement))
          assert.include(refusal, `${table} is append-only`, statement)
        }
        // As the server replays a replica's changes, when triggers are silent unless they are made not to be.
        for (const statement of changes(table)) {
          const refusal = yield* asOwner(refusalOf("set session_replication_role = replica", statement))
          assert.include(refusal, `${table} is append-only`, statement)
        }
        assert.deepStrictEqual(yield* record, before)
      }))
  }

  it.effect("emptying what events point at does not empty them", () =>
    Effect.gen(function*() {
      yield* past
      const before = yield* record
      assert.include(yield* asOwner(refusalOf("truncate tickets cascade")), "events is append-only")
      assert.include(yield* refusalOf("truncate tickets cascade"), "permission denied for")
      assert.deepStrictEqual(yield* record, before)
    }))

  it.effect("no program can rewrite where a ticket has been", () =>
    Effect.gen(function*() {
      for (
        const statement of [
          "update ticket_status_history set to_status = 'open'",
          "delete from ticket_status_history",
          "truncate ticket_status_history"
        ]
      ) assert.include(yield* refusalOf(statement), "permission denied for table ticket_status_history", statement)
    }))
})

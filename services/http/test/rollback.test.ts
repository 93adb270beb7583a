import { assert, layer } from "@effect/vitest"
import { Journal } from "@opsdesk/capabilities/Journal"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import { inOwnersWords, refusing } from "./refusing.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** Every row of every table: two that are equal differ in nothing that was kept. */
const everything = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by tablename`
  return yield* Effect.forEach(tables, ({ name }) =>
    Effect.map(
      sql<{ row: string }>`select t::text as row from ${sql(name)} t order by 1`,
      (rows) => [name, rows.map(({ row }) => row)] as const
    ))
})

/** What people do, each on a ticket that Carla has opened and Ada has claimed. */
const commands: ReadonlyArray<[string, (id: string) => readonly [string, string, Ask]]> = [
  ["opening a ticket", () => ["POST", "/v1/tickets", { as: "carla", body: { title: "x", description: "x" } }]],
  ["closing it", (id) => ["PATCH", `/v1/tickets/${id}/status`, { as: "carla", body: { status: "closed" } }]],
  ["changing it", (id) => ["PATCH", `/v1/tickets/${id}`, { as: "ada", body: { title: "x", priority: "urgent" } }]],
  [
    "giving it away",
    (id) => ["PUT", `/v1/tickets/${id}/assignee`, { as: "ada", body: { assigneeId: personIds.amir } }]
  ],
  ["writing on it", (id) => ["POST", `/v1/tickets/${id}/messages`, { as: "carla", body: { body: "x" } }]],
  ["making an account", () => ["POST", "/v1/users", { as: "alex", body: { email: "x@test.local", name: "x" } }]],
  [
    "changing an account",
    () => ["PATCH", `/v1/users/${personIds.nora}`, { as: "alex", body: { name: "x", teamIds: [] } }]
  ],
  ["giving roles", () => ["PUT", `/v1/users/${personIds.nora}/roles`, { as: "alex", body: { roles: ["admin"] } }]],
  ["making a team", () => ["POST", "/v1/teams", { as: "alex", body: { name: "x" } }]]
]

const spoilers = [
  ["audit_log", "at once"],
  ["events", "at once"],
  ["outbox", "at once"],
  ["audit_log", "at the commit"],
  ["outbox", "at the commit"]
] as const

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a command that cannot be written down", (it) => {
  for (const [table, when] of spoilers) {
    it.effect(`leaves nothing behind when ${table} refuses its row ${when}`, () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const { id } = yield* opened("carla")
        yield* done("POST", `/v1/tickets/${id}/claim`, { as: "ada" })
        yield* refusing(table, when, "P0001")
        const before = yield* everything
        for (const [says, command] of commands) {
          const answer = yield* ask(...command(id))
          assert.deepStrictEqual([answer.status, answer.json.code], [500, "internal"], says)
          assert.notInclude(answer.text, "spoiled")
          assert.deepStrictEqual(yield* everything, before, says)
        }
      }))
  }

  it.effect("leaves no opening or closing behind when the history refuses its row", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      yield* refusing("ticket_status_history", "at once", "P0001")
      const before = yield* everything
      for (const [says, command] of commands.slice(0, 2)) {
        assert.strictEqual((yield* ask(...command(id))).status, 500, says)
        assert.deepStrictEqual(yield* everything, before, says)
      }
    }))

  it.effect("is done all the same once it can be", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      const [, close] = commands[1] ?? assert.fail()
      yield* Effect.scoped(Effect.gen(function*() {
        yield* refusing("audit_log", "at once", "P0001")
        assert.strictEqual((yield* ask(...close(id))).status, 500)
      }))
      assert.deepInclude(yield* done(...close(id)), { status: "closed", version: 2 })
      assert.deepStrictEqual((yield* eventsOf(id)).map(({ seq }) => seq), [1, 2])
    }))
})

/** Writes everything down, and then the ground gives way. */
const GivesWay = Layer.effect(
  Journal,
  Effect.map(
    Journal,
    (journal) =>
      Journal.of({
        ...journal,
        record: (entry) => Effect.andThen(journal.record(entry), Effect.die(new Error("the ground gave way")))
      })
  )
).pipe(Layer.provideMerge(TestStack("peopled")))

layer(TestHttp.layerNoStack.pipe(Layer.provideMerge(GivesWay)), { excludeTestServices: true })(
  "a program that fails after everything was written",
  (it) => {
    it.effect("keeps nothing of it", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        // The first request of a desk makes its signing key, which is kept.
        yield* done("GET", "/v1/me", { as: "alex" })
        const before = yield* everything
        // What is one statement with its record has no moment in between: see what refuses a row above.
        for (const at of [5, 6, 7, 8]) {
          const [says, command] = commands[at] ?? assert.fail()
          assert.strictEqual((yield* ask(...command(""))).status, 500, says)
          assert.deepStrictEqual(yield* everything, before, says)
        }
      }))
  }
)

const tries = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ tries: number }>`select last_value as tries from tries`
  return row?.tries
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a command that PostgreSQL asks to run again", (it) => {
  it.effect("takes effect once", () =>
    Effect.gen(function*() {
      const { id } = yield* opened("carla")
      // A sequence does not roll back, so it counts the tries: the first two are refused.
      yield* inOwnersWords(
        "create sequence tries",
        `create function spoil() returns trigger language plpgsql security definer as
          $$ begin
            if nextval('tries') <= 2 then raise exception 'try again' using errcode = '40001'; end if;
            return new;
          end $$`,
        "create trigger spoil before insert on audit_log for each row execute function spoil()"
      )
      const closed = yield* done("PATCH", `/v1/tickets/${id}/status`, { as: "carla", body: { status: "closed" } })
      assert.deepInclude(closed, { status: "closed", version: 2 })
      assert.strictEqual(yield* asOwner(tries), 3)
      assert.deepStrictEqual((yield* auditOf(id)).map(({ action }) => action), [
        "ticket.created",
        "ticket.status_changed"
      ])
      assert.deepStrictEqual((yield* eventsOf(id)).map(({ seq, type }) => [seq, type]), [
        [1, "ticket.created"],
        [2, "ticket.status_changed"]
      ])
    }))
})

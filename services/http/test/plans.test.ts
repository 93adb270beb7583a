import { assert, layer } from "@effect/vitest"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { Stack } from "@opsdesk/stack/Stack"
import { asOwner } from "@opsdesk/testkit/asOwner"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Quiet, TestDatabase, TestSettings } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestHttp } from "./TestHttp.ts"

/** On few connections, so that each statement comes often enough on one to get the plan that PostgreSQL keeps for it. */
const Program = TestHttp.layerNoStack.pipe(
  Layer.provideMerge(Stack("test")),
  Layer.provideMerge(TestSettings({ DB_POOL: "2" })),
  Layer.provideMerge(Quiet)
)

/** PostgreSQL settles on a plan after five executions. */
const times = 14

const lists: ReadonlyArray<readonly [Person, string]> = [
  ["carla", "/v1/tickets"],
  ["carla", "/v1/tickets?include=total"],
  ["carla", "/v1/tickets?q=m4711&include=total"],
  ["ada", "/v1/tickets"],
  ["ada", "/v1/tickets?sort=-priority,createdAt"],
  ["ada", "/v1/tickets?sort=-priority,createdAt&status=open,in_progress,waiting"],
  ["ada", "/v1/tickets?assignee=me&include=total"],
  ["ada", "/v1/tickets?assignee=none&status=open&include=total"],
  ["ada", `/v1/tickets?team=${teamIds.Support}&status=open&include=total`],
  ["ada", `/v1/tickets?team=${teamIds.Support}&sort=-updatedAt`],
  ["ada", "/v1/tickets?q=s4711&include=total"],
  ["alex", "/v1/tickets"],
  ["alex", "/v1/tickets?sort=priority,-updatedAt"],
  ["alex", "/v1/tickets?sort=number&status=open"],
  ["alex", "/v1/tickets?status=open,in_progress&include=total"],
  ["alex", `/v1/tickets?requester=${personIds.chris}&include=total`],
  ["alex", "/v1/tickets?createdAfter=2024-10-01T00:00:00Z&sort=-createdAt"],
  ["alex", "/v1/tickets?q=m4711&sort=-priority,createdAt&include=total"],
  ["alex", "/v1/audit-events?limit=100"],
  ["alex", `/v1/audit-events?entityType=ticket&entityId=${teamIds.Support}&include=total`],
  ["alex", `/v1/audit-events?actor=${personIds.ada}`],
  ["alex", "/v1/audit-events?action=ticket.updated"],
  ["alex", "/v1/users?limit=100"],
  ["ada", "/v1/users?limit=5&include=total"]
]

/** A record as long as the lists: of every action and every agent. */
const plantRecord = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into audit_log (id, at, actor_id, action, entity_type, entity_id)
    select uuidv7(), now() - i * interval '1 second',
      (array[${personIds.ada}, ${personIds.amir}, ${personIds.nora}]::uuid[])[1 + i % 3],
      (array['ticket.created', 'ticket.updated', 'message.sent', 'user.updated'])[1 + i % 4], 'ticket', 'thing ' || i % 9999
    from generate_series(1, 50000) i`
  yield* sql`vacuum analyze audit_log`.unprepared
})

/** How each table was read, from end to end or through an index, by programs that have ended since. */
const howRead = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ relname: string; scans: number; scanned: number; looked: number }>`
    select relname, seq_scan::int as scans, seq_tup_read::int as scanned, coalesce(idx_scan, 0)::int as looked
    from pg_stat_user_tables
    where relname in ('tickets', 'messages', 'audit_log') order by relname`
  return new Map(rows.map(({ relname, ...row }) => [relname, row]))
})

/** Asks for a list again and again, and then for the page that follows. */
const read = Effect.fnUntraced(function*(as: Person, path: string) {
  const { ask } = yield* TestHttp
  for (let at = 0; at < times; at++) {
    const first = yield* ask("GET", path, { as })
    assert.strictEqual(first.status, 200, `${path} ${first.text}`)
    const cursor = first.json.page.nextCursor
    if (cursor === null) continue
    const next = yield* ask("GET", `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`, { as })
    assert.strictEqual(next.status, 200, `${path} ${next.text}`)
  }
})

const Suite = Layer.effectDiscard(asOwner(plantRecord)).pipe(Layer.provideMerge(TestDatabase("aged")))

layer(Suite, { excludeTestServices: true })("a program that lists 100,000 tickets", (it) => {
  it.effect("never reads a table from end to end, however often it is asked", () =>
    Effect.gen(function*() {
      const whole: Array<string> = []
      let before = yield* asOwner(howRead)
      for (const [person, path] of lists) {
        // A program of its own for each: its connections tell what they did when they end.
        yield* Effect.provide(read(person, path), Program, { local: true })
        const after = yield* asOwner(howRead)
        for (const [table, { scans }] of after) {
          if (scans > (before.get(table)?.scans ?? 0)) whole.push(`${person} ${path} reads all ${table}`)
        }
        before = after
      }
      assert.deepStrictEqual(whole, [])
      assert.isAbove(before.get("tickets")?.looked ?? 0, 20 * times, "the lists are not where we look for them")
    }), 120_000)

  it.effect("stops counting where the total stops being exact, though everything matches", () =>
    Effect.gen(function*() {
      const before = (yield* asOwner(howRead)).get("audit_log")
      yield* Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const { json } = yield* ask("GET", "/v1/audit-events?include=total&limit=1", { as: "alex" })
        assert.deepInclude(json.page, { total: countedUpTo, totalIsExact: false })
      }).pipe(Effect.provide(Program, { local: true }))
      const after = (yield* asOwner(howRead)).get("audit_log")
      assert.isAtMost((after?.scanned ?? 0) - (before?.scanned ?? 0), countedUpTo + 1)
    }))
})

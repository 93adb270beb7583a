import { assert, layer } from "@effect/vitest"
import { Stack } from "@opsdesk/stack/Stack"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { OwnPostgres } from "@opsdesk/testkit/OwnPostgres"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Quiet, TestSettings } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { graph } from "./asGraph.ts"
import { TestHttp } from "./TestHttp.ts"

const list = `query ($first: Int!) {
  tickets(first: $first) {
    nodes {
      id
      title
      requester { id name }
      assignee { id name }
      team { id name }
      messages(last: 3) { nodes { id body author { id name } } }
    }
  }
}`

/** A hundred tickets, each requested, assigned and of a team, with five messages, some of them of a third person. */
const plant = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, assignee_id, team_id, last_seq,
      created_at, updated_at)
    select uuidv7(), 'Planted ' || i, '', 'incident', 'open', 'normal',
      (array[${personIds.carla}, ${personIds.chris}]::uuid[])[1 + i % 2],
      (array[${personIds.ada}, ${personIds.amir}]::uuid[])[1 + i % 2], ${teamIds.Support}, 5, now(), now()
    from generate_series(1, 100) i`
  yield* sql`
    insert into messages (id, ticket_id, seq, author_id, body, visibility, created_at)
    select uuidv7(), t.id, s, 
      case when s % 2 = 0 then ${personIds.nora}::uuid else t.requester_id end, 'Message ' || s, 'public', now()
    from tickets t, generate_series(1, 5) s`
})

/**
 * How many statements the database has been sent so far. Who asks, and whether the desk is ready, is read by the clock
 * and not for the list: a rights epoch every quarter of a second, the rights themselves every five, the schema each one.
 * A hint that something was committed, such as a first key, goes out a moment later.
 */
const sent = asOwner(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ calls: number }>`
    select coalesce(sum(s.calls), 0)::int as calls
    from pg_stat_statements s join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
    where d.datname = current_database() and r.rolname = 'opsdesk_app'
      and s.query !~ 'access_epoch|role_permissions|schema_migrations|pg_notify|^select \\$1$'`
  return row?.calls ?? 0
}))

/** Has the server count what it is sent, which it does only from its start on. */
const counting = Effect.gen(function*() {
  const { comeBack } = yield* OwnPostgres
  yield* asOwner(
    SqlClient.SqlClient.use((sql) => sql`alter system set shared_preload_libraries = 'pg_stat_statements'`.unprepared)
  )
  yield* comeBack
  yield* asOwner(SqlClient.SqlClient.use((sql) => sql`create extension pg_stat_statements`))
})

const Suite = TestHttp.layerNoStack.pipe(
  Layer.provideMerge(Stack("test")),
  Layer.provideMerge(TestSettings()),
  Layer.provideMerge(Quiet),
  Layer.provideMerge(OwnPostgres.layer)
)

const statementsOf = Effect.fnUntraced(function*(first: number) {
  const before = yield* sent
  const answer = yield* graph(list, { as: "ada", variables: { first } })
  assert.strictEqual(answer.json.data.tickets.nodes.length, first, answer.text)
  for (const node of answer.json.data.tickets.nodes) {
    assert.strictEqual(node.messages.nodes.length, 3)
    assert.isString(node.messages.nodes[0].author.name)
  }
  return (yield* sent) - before
})

layer(Suite, { excludeTestServices: true })("whoever asks for a list of tickets with people and messages", (it) => {
  it.effect("has the database asked as often for a hundred as for one, and four times at most", () =>
    Effect.gen(function*() {
      yield* counting
      yield* asOwner(plant)
      // What a program reads once is read: its keys, and who asks.
      yield* statementsOf(2)
      const counts: Array<number> = []
      for (const first of [1, 20, 100]) counts.push(yield* statementsOf(first))
      assert.deepStrictEqual(new Set(counts).size, 1, counts.join(", "))
      assert.isAtMost(counts[0] ?? 99, 4)
    }))
})

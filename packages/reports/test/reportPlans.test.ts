import { assert, layer } from "@effect/vitest"
import { as } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { ReportDesk } from "../src/ReportDesk.ts"
import { at, day, deliver, eventsAfter, openedAt, Reporting, reportOn, saidAt } from "./aWeek.ts"

/** The record of the newest 10,000 tickets; of all 100,000 when faults are looked for, as that takes a minute. */
const from = process.env["OPSDESK_FAULTS"] === "all" ? 1 : 90_001

/** What the desks of those years would have told: an opening, a word, and how most of it was settled. */
const plantEvents = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const run = (statement: string) => sql.unsafe(statement).unprepared
  yield* run("set statement_timeout = 0")
  yield* run(`
    insert into events (id, type, occurred_at, ticket_id, seq, audience, payload)
    select uuidv7(), e.type, e.at, t.id, e.seq, 'public', e.payload
    from tickets t, lateral (values
      (1, 'ticket.created', t.created_at,
        jsonb_build_object('ticket', jsonb_build_object('requesterId', t.requester_id, 'teamId', t.team_id))),
      (2, 'message.sent', t.created_at + interval '20 minutes',
        jsonb_build_object('message', jsonb_build_object('authorId', t.assignee_id, 'visibility', 'public'))),
      (3, 'ticket.status_changed', t.resolved_at, jsonb_build_object('to', 'resolved'))
    ) e(seq, type, at, payload)
    where t.number >= ${from} and e.at is not null and (e.seq <> 2 or t.assignee_id is not null)`)
  yield* run("update tickets set last_seq = 3 where resolved_at is not null")
  yield* run("vacuum analyze events")
})

/** A day of the tests, whatever the hour: days are closed some minutes after midnight. */
const today = new Date().toISOString().slice(0, 10)
const noon = at(`${today}T12:00:00Z`)

const counted = [
  "tickets",
  "messages",
  "events",
  "report_tickets",
  "report_days",
  "report_durations",
  "report_closings"
]

/** How many rows of those tables an effect has looked at: the server counts them for the transaction that it runs in. */
const rowsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const looked = Effect.map(
      sql<{ relname: string; rows: number; scanned: number }>`
        select relname, (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint as rows, seq_tup_read as scanned
        from pg_stat_xact_user_tables where ${sql.in("relname", counted)}`,
      (tables) => new Map(tables.map(({ relname, ...looked }) => [relname, looked]))
    )
    return yield* sql.withTransaction(Effect.gen(function*() {
      const before = yield* looked
      yield* effect
      const after = yield* looked
      const sum = (of: "rows" | "scanned") =>
        counted.reduce((rows, table) => rows + (after.get(table)?.[of] ?? 0) - (before.get(table)?.[of] ?? 0), 0)
      return { rows: sum("rows"), scanned: sum("scanned") }
    }))
  })

layer(Reporting("aged"), { excludeTestServices: true, timeout: "240 seconds" })("over 100,000 tickets", (it) => {
  it.effect("the reports are built, with every day closed that is over", () =>
    Effect.gen(function*() {
      yield* asOwner(plantEvents)
      const builder = yield* ReportBuilder
      assert.strictEqual(yield* noon(builder.rebuild()), 100_001 - from)
      const sql = yield* SqlClient.SqlClient
      const [sums] = yield* sql<{ opened: number; resolved: number; days: number; backlog: number }>`
        select sum((report ->> 'opened')::int) as opened, sum((report ->> 'resolved')::int) as resolved,
          count(*) as days, (array_agg((report ->> 'backlog')::int order by day desc))[1] as backlog
        from report_closings`
      const [expected] = yield* sql<{ opened: number; resolved: number; days: number; backlog: number }>`
        select count(*) as opened, count(resolved_at) as resolved, count(*) filter (where resolved_at is null) as backlog,
          ${today}::date - min(created_at)::date as days
        from tickets where number >= ${from}`
      assert.deepStrictEqual(sums, expected)
    }), 240_000)

  it.effect("today's report looks at no more than the day, an older one at one row", () =>
    Effect.gen(function*() {
      yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        Effect.forEach(counted, (table) =>
          sql.unsafe(`analyze ${table}`).unprepared)))
      const desk = yield* ReportDesk
      const open = yield* rowsOf(noon(as("alex")(desk.daily(undefined))))
      assert.isAtMost(open.rows, 60)
      const closed = yield* rowsOf(reportOn("2024-09-05"))
      assert.isAtMost(closed.rows, 3)
      assert.strictEqual((yield* reportOn("2024-09-05")).opened, 96)
    }))

  it.effect("a day that opened again is counted from the closing before it, not from the beginning", () =>
    Effect.gen(function*() {
      yield* asOwner(
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql`delete from report_closings where day >= '2024-10-01'`)
      )
      const open = yield* rowsOf(reportOn("2024-10-03"))
      assert.isAtMost(open.rows, 500)
      assert.deepInclude(yield* reportOn("2024-10-03"), { date: day("2024-10-03"), opened: 96 })
    }))

  it.effect("what happens is counted without a look at anything else", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [last] = yield* sql<{ position: number }>`select max(position) as position from events`
      for (let i = 0; i < 20; i++) {
        const ticket = yield* openedAt("2026-05-01T10:00:00Z").pipe(as("carla"))
        yield* saidAt("2026-05-01T11:00:00Z", ticket.id).pipe(as("alex"))
      }
      const fresh = yield* eventsAfter(last?.position ?? 0)
      const looked = yield* rowsOf(deliver(fresh))
      assert.strictEqual(looked.scanned, 0)
      assert.isAtMost(looked.rows, 1_200)
    }))

  it.effect("a look at everything would be seen", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const looked = yield* rowsOf(sql`select count(*) from report_tickets where responded and settled`)
      assert.isAtLeast(looked.rows, 10_000)
    }))
})

import { assert, it } from "@effect/vitest"
import { Journal } from "@opsdesk/capabilities/Journal"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { freePort, patience, run, scratchFolder, statusOf, untilStatus } from "@opsdesk/testkit/RunningProgram"
import { Database, TestStack } from "@opsdesk/testkit/TestDatabase"
import { DateTime, Effect, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** A worker as a process of its own, on the database of the test. */
const aWorker = (variables: Record<string, string> = {}) =>
  Effect.gen(function*() {
    const { programUrl } = yield* Database
    const port = yield* freePort
    const program = yield* run(main, [], {
      PORT: String(port),
      DATABASE_URL: Redacted.value(programUrl),
      OPSDESK_DATA_DIR: yield* scratchFolder,
      // Programs that share a database share the secret that seals its keys.
      OPSDESK_SECRET: "a secret that only tests use, long enough",
      OPSDESK_RETRY_STEPS: "50ms,100ms",
      ...variables
    })
    return { ...program, program, url: `http://127.0.0.1:${port}` }
  })

const textOf = (url: string) => Effect.promise(() => fetch(url).then((answer) => answer.text()))

const happen = (count: number) =>
  Effect.gen(function*() {
    const journal = yield* Journal
    const at = yield* DateTime.now
    yield* journal.record({
      at,
      actorId: null,
      action: "team.created",
      entity: { type: "team", id: null },
      before: null,
      after: null,
      events: Array.from({ length: count }, (_, seq) => ({
        type: "team.created",
        ticketId: null,
        seq: null,
        audience: "internal",
        payload: { seq }
      }))
    })
  })

const settled = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ settled: number; pending: number }>`
    select (select count(*) from inbox where consumer = 'cache' and state = 'settled') as settled,
      (select count(*) from outbox) as pending`
  return [row?.settled, row?.pending]
})

const until = (settledNow: number) =>
  Effect.repeat(settled, {
    until: ([done, pending]) => done === settledNow && pending === 0,
    schedule: Schedule.spaced("50 millis")
  })

it.live(
  "a worker acts on what has happened, tells its operators how it does, and ends when it is told to",
  () =>
    Effect.gen(function*() {
      const { child, ended, output, program, url } = yield* aWorker()
      yield* untilStatus(`${url}/health/ready`, 200, program)
      assert.strictEqual(yield* statusOf(`${url}/health`), 200)
      assert.strictEqual(yield* statusOf(`${url}/health/live`), 200)
      assert.strictEqual(yield* statusOf(`${url}/v1/tickets`), 404)
      yield* happen(120)
      yield* until(120)
      // What is done is counted a moment after it is kept.
      const metrics = yield* Effect.repeat(textOf(`${url}/metrics`), {
        until: (text) => /outcome="processed"\} 120$/m.test(text),
        schedule: Schedule.spaced("50 millis")
      })
      assert.match(metrics, /^opsdesk_jobs_total\{queue="opsdesk\.cache",outcome="processed"\} 120$/m)
      assert.match(metrics, /^opsdesk_job_duration_seconds_count\{queue="opsdesk\.cache"\} 120$/m)
      assert.match(metrics, /^opsdesk_queue_depth\{queue="opsdesk\.cache"\} \d+$/m)
      assert.match(metrics, /^opsdesk_outbox_pending \d+$/m)
      assert.match(metrics, /^opsdesk_outbox_lag_seconds \d/m)
      child.kill("SIGTERM")
      assert.strictEqual(yield* ended, 0)
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`select from relay_leases where expires_at > now()`, [])
      assert.notInclude(output().stdout, "\"level\":\"error\"")
    }).pipe(Effect.provide(TestStack("migrated")), Effect.scoped),
  patience
)

it.live(
  "what one worker leaves behind when it is killed, the next does, and nothing twice",
  () =>
    Effect.gen(function*() {
      const first = yield* aWorker()
      yield* untilStatus(`${first.url}/health/ready`, 200, first.program)
      yield* happen(2000)
      yield* Effect.repeat(settled, { until: ([done = 0]) => done > 0, schedule: Schedule.spaced("5 millis") })
      first.child.kill("SIGKILL")
      assert.strictEqual(yield* first.ended, "SIGKILL")
      yield* happen(10)
      const second = yield* aWorker()
      yield* untilStatus(`${second.url}/health/ready`, 200, second.program)
      yield* until(2010)
    }).pipe(Effect.provide(TestStack("migrated")), Effect.scoped),
  patience
)

it.live(
  "on another schema a worker is not ready, says so once, and touches nothing; once it fits it begins",
  () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* happen(3)
      yield* asOwner(
        Effect.flatMap(SqlClient.SqlClient, (owner) =>
          owner`insert into schema_migrations (name, checksum) values ('9999_of_tomorrow', 'x')`)
      )
      const { output, program, url } = yield* aWorker()
      yield* untilStatus(`${url}/health/ready`, 503, program)
      yield* Effect.sleep("1500 millis")
      assert.strictEqual(output().stdout.split("not ready: ").length, 2)
      assert.deepStrictEqual(yield* settled, [0, 3])
      assert.deepStrictEqual(yield* sql`select from consumers`, [])
      yield* asOwner(
        Effect.flatMap(SqlClient.SqlClient, (owner) =>
          owner`delete from schema_migrations where name = '9999_of_tomorrow'`)
      )
      yield* untilStatus(`${url}/health/ready`, 200, program)
      yield* until(3)
    }).pipe(Effect.provide(TestStack("migrated")), Effect.scoped),
  patience
)

it.live(
  "what a worker cannot do it tells by the event, and by the trace and the request that caused it",
  () =>
    Effect.gen(function*() {
      const { output, program, url } = yield* aWorker()
      yield* untilStatus(`${url}/health/ready`, 200, program)
      yield* asOwner(
        Effect.flatMap(SqlClient.SqlClient, (owner) =>
          owner`alter table inbox add constraint no_cache check (consumer <> 'cache' or state <> 'settled')`)
      )
      const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
      yield* happen(1).pipe(Effect.provideService(RequestContext, {
        requestId: "r-4711",
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
        ip: null
      }))
      const sql = yield* SqlClient.SqlClient
      const [dead] = yield* Effect.repeat(sql<{ eventId: string }>`select event_id from dead_letters`, {
        until: (rows) =>
          rows.length > 0,
        schedule: Schedule.spaced("50 millis")
      })
      const told = yield* Effect.repeat(
        Effect.sync(() => output().stdout.split("\n").filter((line) => line.includes("opsdesk.cache "))),
        { until: (lines) => lines.some((line) => line.includes("gave up")), schedule: Schedule.spaced("50 millis") }
      )
      assert.deepStrictEqual(
        told.map((line) => JSON.parse(line)).map((
          { event_id, level, request_id, trace_id }
        ) => [level, event_id, request_id, trace_id]),
        ["warn", "warn", "error"].map((level) => [level, dead?.eventId, "r-4711", traceId])
      )
    }).pipe(Effect.provide(TestStack("migrated")), Effect.scoped),
  patience
)

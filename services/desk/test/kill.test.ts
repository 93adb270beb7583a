import { assert, it } from "@effect/vitest"
import { EmbeddedRows } from "@opsdesk/testkit/EmbeddedRows"
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { RunningDesk, scratchFolder } from "./RunningDesk.ts"

const rounds = 3
const clients = 8
const creates = 200

/** Opens tickets until the desk is gone, and notes which it has heard of: a journal of what was promised. */
const client = (url: string, token: string, name: number, acknowledged: Set<string>) =>
  Effect.promise(async () => {
    for (let at = 0; at < creates / clients; at++) {
      const answer = await fetch(`${url}/v1/tickets`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ title: `kill ${name}.${at}`, description: "" })
      }).then(async (response) => response.status === 201 ? await response.json() : null).catch(() => null)
      if (answer === null) return
      acknowledged.add(answer.data.id)
    }
  })

const tokenFrom = (url: string) =>
  Effect.promise(async () => {
    const answer = await fetch(`${url}/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "customer@opsdesk.local", password: "opsdesk-demo" })
    })
    const { data } = await answer.json()
    return String(data.accessToken)
  })

/** Tickets whose parts are not exactly one of each: what half a transaction would leave. */
const halves = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ id: string }>`
    select t.id from tickets t
    where t.title like 'kill %' and not (
      (select count(*) from ticket_status_history h where h.ticket_id = t.id) = 1
      and (select count(*) from audit_log a where a.entity_id = t.id::text and a.action = 'ticket.created') = 1
      and (select count(*) from events e where e.ticket_id = t.id and e.seq = 1) = 1
      and exists (
        select from events e where e.ticket_id = t.id and (
          exists (select from outbox o where o.position = e.position)
          or exists (select from queue_messages m where m.message_id = e.id::text)
          or exists (select from inbox i where i.event_id = e.id))))`
})

/** Parts of no ticket. */
const orphans = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ id: string }>`
    select a.id from audit_log a
    where a.action = 'ticket.created' and not exists (select from tickets t where t.id::text = a.entity_id)`
})

it.live(
  "kill -9 in the middle of 200 creates loses nothing that was acknowledged, and leaves nothing half done",
  () =>
    Effect.gen(function*() {
      const dataDir = yield* scratchFolder
      const acknowledged = new Set<string>()
      for (let round = 0; round < rounds; round++) {
        yield* Effect.gen(function*() {
          const desk = yield* RunningDesk.start({ dataDir })
          const token = yield* tokenFrom(desk.url)
          const before = acknowledged.size
          const killed = Effect.andThen(
            Effect.suspend(() => acknowledged.size - before < 10 + round * 30 ? Effect.fail("not yet") : Effect.void)
              .pipe(
                Effect.retry(Schedule.spaced("2 millis"))
              ),
            Effect.sync(() => desk.child.kill("SIGKILL"))
          )
          yield* Effect.all([
            killed,
            ...Array.from({ length: clients }, (_, name) => client(desk.url, token, name, acknowledged))
          ], { concurrency: "unbounded" })
          assert.strictEqual(yield* desk.ended, "SIGKILL")
        }).pipe(Effect.scoped)
      }
      assert.isAtLeast(acknowledged.size, 10 + 40 + 70)
      assert.isBelow(acknowledged.size, rounds * creates)

      // Back up once more, so that what the kill left behind has been taken over, then look at the rows themselves.
      yield* Effect.scoped(RunningDesk.start({ dataDir }))
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const kept = yield* sql<{ id: string }>`select id from tickets where id = any(${[...acknowledged]}::uuid[])`
        assert.strictEqual(kept.length, acknowledged.size)
        assert.deepStrictEqual(yield* halves, [])
        assert.deepStrictEqual(yield* orphans, [])
      }).pipe(Effect.provide(EmbeddedRows(dataDir)))
    }).pipe(Effect.scoped),
  120_000
)

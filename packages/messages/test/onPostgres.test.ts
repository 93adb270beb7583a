import { assert, layer } from "@effect/vitest"
import { TicketId } from "@opsdesk/kernel/Ids"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import { statementsOf } from "@opsdesk/testkit/statementsOf"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { MessageDesk } from "../src/MessageDesk.ts"
import { messageJson } from "../src/MessageEvents.ts"

/** Carla's, four things have happened to it. */
const opened = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const id = TicketId.make(yield* (yield* SecureRandom.SecureRandom).uuidV7())
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, last_seq, created_at, updated_at)
    values (${id}, 'x', '', 'incident', 'open', 'normal', ${userIdOf("carla")}, 4, now(), now())`
  return aTicket({ id })
})

const Suite = MessageDesk.layer.pipe(
  Layer.provideMerge(SecureRandom.layerWebCrypto),
  Layer.provideMerge(TestStack("peopled"))
)

layer(Suite, { excludeTestServices: true })("a message on PostgreSQL", (it) => {
  it.effect("is a look at the ticket and one statement, which knows its number", () =>
    Effect.gen(function*() {
      const { send } = yield* MessageDesk
      const sql = yield* SqlClient.SqlClient
      const { id } = yield* opened
      const hello = { body: "Hello?", visibility: "public", clientMessageId: "1" } as const
      assert.deepStrictEqual(yield* statementsOf(send(id, hello).pipe(as("carla"))), ["select", "with"])
      const message = yield* send(id, { ...hello, clientMessageId: "2" }).pipe(as("carla"))
      assert.deepInclude(message, { ticketId: id, seq: 6, authorId: userIdOf("carla"), clientMessageId: "2" })
      const events = yield* sql`select seq, payload from events where ticket_id = ${id} order by position`
      assert.deepStrictEqual(events.at(-1), { seq: 6, payload: { message: messageJson(message) } })
      const audited = yield* sql`select after from audit_log where entity_id = ${message.id}`
      assert.deepStrictEqual(audited, [{ after: { ticketId: id, seq: 6, visibility: "public" } }])
    }))

  it.effect("that is there already costs no number and leaves no trace", () =>
    Effect.gen(function*() {
      const { send } = yield* MessageDesk
      const sql = yield* SqlClient.SqlClient
      const { id } = yield* opened
      const hello = { body: "Hello?", visibility: "public", clientMessageId: "1" } as const
      const first = yield* send(id, hello).pipe(as("carla"))
      assert.deepStrictEqual(yield* statementsOf(send(id, hello).pipe(as("carla"))), ["select", "with", "select"])
      assert.deepStrictEqual(yield* send(id, hello).pipe(as("carla")), first)
      const other = yield* Effect.flip(send(id, { ...hello, body: "Hello again?" }).pipe(as("carla")))
      assert.strictEqual(other._tag, "ValidationFailed")
      const next = yield* send(id, { ...hello, clientMessageId: "2" }).pipe(as("carla"))
      assert.deepStrictEqual([first.seq, next.seq], [5, 6])
      const [row] = yield* sql`
        select last_seq, version, (select count(*) from events where ticket_id = ${id}) as events,
          (select count(*) from audit_log where action = 'message.sent' and after ->> 'ticketId' = ${id}) as audited
        from tickets where id = ${id}`
      assert.deepStrictEqual(row, { lastSeq: 6, version: 1, events: 2, audited: 2 })
    }))

  it.effect("of twenty at once, each has its place in one line of numbers, with no gap", () =>
    Effect.gen(function*() {
      const { send } = yield* MessageDesk
      const sql = yield* SqlClient.SqlClient
      const { id } = yield* opened
      const sent = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n),
        (n) => send(id, { body: `${n}`, visibility: "public" }).pipe(as(n % 2 === 0 ? "ada" : "carla")),
        { concurrency: "unbounded" }
      )
      const line = Array.from({ length: 20 }, (_, n) => n + 5)
      assert.deepStrictEqual(sent.map(({ seq }) => seq).toSorted((a, b) => a - b), line)
      const events = yield* sql<{ seq: number }>`select seq from events where ticket_id = ${id} order by position`
      assert.deepStrictEqual(events.map(({ seq }) => seq), line)
    }))
})

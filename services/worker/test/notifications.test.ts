import { assert, layer } from "@effect/vitest"
import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Readiness } from "@opsdesk/serving/Readiness"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import { mailServer } from "@opsdesk/testkit/mailServer"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { Context, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { WorkerProgram } from "../src/workerProgram.ts"

class Mails extends Context.Service<Mails, Effect.Success<typeof mailServer>>()("@opsdesk/worker/test/Mails") {}

const Suite = Layer.mergeAll(TicketDesk.layer, MessageDesk.layer, DeadLetterDesk.layer).pipe(
  Layer.provideMerge(WorkerProgram.pipe(Layer.provide(Readiness.layer))),
  Layer.provideMerge(
    Layer.unwrap(Effect.map(Mails, ({ port }) =>
      TestStack("peopled", undefined, {
        SMTP_URL: `smtp://127.0.0.1:${port}`,
        OPSDESK_PUBLIC_URL: "https://desk.test"
      })))
  ),
  Layer.provideMerge(Layer.effect(Mails, mailServer))
)

layer(Suite, { excludeTestServices: true })("a worker", (it) => {
  it.effect("sends each mail once, whatever happens on a ticket, and writes down who was told", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { received } = yield* Mails
      const tickets = yield* TicketDesk
      const messages = yield* MessageDesk
      const ticket = yield* tickets.open({
        title: "No sound",
        description: "Since this morning.",
        type: "incident",
        priority: "normal"
      }).pipe(as("carla"))
      yield* tickets.claim(ticket.id).pipe(as("ada"))
      yield* messages.send(ticket.id, { body: "Which floor?", visibility: "public" }).pipe(as("ada"))
      yield* messages.send(ticket.id, { body: "The third.", visibility: "public" }).pipe(as("carla"))
      yield* messages.send(ticket.id, { body: "Third time this week.", visibility: "internal" }).pipe(as("amir"))
      yield* Effect.repeat(Effect.sync(() => received.length), {
        until: (mails) => mails >= 4,
        schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 400 }))
      })
      const told = yield* sql<{ userId: string; type: string; reason: string }>`
        select n.user_id, n.type, n.reason from notifications n join events e on e.id = n.event_id
        where n.ticket_id = ${ticket.id} order by e.seq`
      assert.deepStrictEqual(told, [
        { userId: userIdOf("carla"), type: "ticket.assigned", reason: "requester" },
        { userId: userIdOf("carla"), type: "message.sent", reason: "requester" },
        { userId: userIdOf("ada"), type: "message.sent", reason: "assignee" },
        { userId: userIdOf("ada"), type: "message.sent", reason: "assignee" }
      ])
      assert.strictEqual(received.length, 4)
      assert.strictEqual(new Set(received.map(({ header }) => header("message-id"))).size, 4)
      assert.strictEqual(new Set(received.map(({ header }) => header("references"))).size, 1)
      assert.deepStrictEqual(
        received.filter(({ raw }) => raw.includes("Third time")).map(({ to }) => to),
        [["ada@test.local"]]
      )
    }))

  it.effect("gives up a mail that is refused, and sends it once when its dead letter is replayed", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { accept, received, refuse } = yield* Mails
      const letters = yield* DeadLetterDesk
      const tickets = yield* TicketDesk
      const listed = Effect.map(letters.list({ limit: 100 }).pipe(as("alex")), ({ data }) => data)
      refuse("chris@test.local")
      received.length = 0
      const ticket = yield* tickets.open({ title: "No light", description: "", type: "incident", priority: "normal" })
        .pipe(as("chris"))
      yield* tickets.claim(ticket.id).pipe(as("ada"))
      const [letter] = yield* Effect.repeat(listed, {
        until: (all) => all.length > 0,
        schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 400 }))
      })
      assert(letter !== undefined)
      assert.deepInclude(letter, { queue: "opsdesk.notifications", type: "ticket.assigned", attempts: 1 })
      assert.match(letter.error, /no such mailbox here/)
      accept("chris@test.local")
      yield* letters.replay(letter.id).pipe(as("alex"))
      yield* letters.replay(letter.id).pipe(as("alex"))
      yield* Effect.repeat(Effect.sync(() => received.length), {
        until: (mails) => mails >= 1,
        schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 400 }))
      })
      assert.deepStrictEqual(received.map(({ to }) => to), [["chris@test.local"]])
      assert.deepStrictEqual(yield* listed, [])
      const told = yield* sql`select from notifications where ticket_id = ${ticket.id}`
      assert.strictEqual(told.length, 1)
    }))
})

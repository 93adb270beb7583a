import { assert, layer } from "@effect/vitest"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { later } from "@opsdesk/testkit/later"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { WatcherDesk } from "@opsdesk/tickets/WatcherDesk"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Courier } from "../src/Courier.ts"
import { NotificationRules } from "../src/NotificationRules.ts"
import { deliveriesOf, eventsOf, hear, openedByCarla } from "./onDesk.ts"
import { mailComesUp, mailGoesDown, Outside, quiet, StackWithOutside } from "./outside.ts"

const Suite = Layer.mergeAll(
  NotificationRules.layer,
  Courier.layer,
  TicketDesk.layer,
  MessageDesk.layer,
  WatcherDesk.layer
).pipe(Layer.provideMerge(StackWithOutside))

/** Ada answers Carla, and the consumer hears of it: one mail and one post are to be sent. */
const answered = Effect.gen(function*() {
  yield* quiet
  const { send } = yield* MessageDesk
  const ticket = yield* openedByCarla()
  yield* send(ticket.id, { body: "Which <floor>?", visibility: "public" }).pipe(as("ada"))
  const [, said] = yield* eventsOf(ticket)
  assert(said !== undefined)
  yield* hear([said])
  return { ticket, said }
})

const stateOf = (ticket: Parameters<typeof deliveriesOf>[0], channel: "email" | "webhook") =>
  Effect.map(
    deliveriesOf(ticket),
    (all) => all.filter((one) => one.channel === channel).map(({ attempts, state }) => `${state} ${attempts}`)
  )

const lettersOf = (eventId: string) =>
  SqlClient.SqlClient.use((sql) =>
    sql<{ queue: string; type: string; attempts: number; error: string; body: string }>`
      select queue, type, attempts, error, body from dead_letters where event_id = ${eventId}`
  )

layer(Suite, { excludeTestServices: true })("a letter", (it) => {
  it.effect("arrives once, with what was said, under the ticket's thread", () =>
    Effect.gen(function*() {
      const { mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { said, ticket } = yield* answered
      assert.strictEqual(yield* round("email"), 1)
      assert.strictEqual(yield* round("email"), 0)
      assert.strictEqual(yield* later("1 day")(round("email")), 0)
      const [mail, ...more] = received
      assert.deepStrictEqual([more, mail?.to], [[], ["carla@test.local"]])
      assert.strictEqual(mail?.header("subject"), `[#${ticket.number}] No sound`)
      assert.strictEqual(mail?.header("message-id"), `<${said.id}.${userIdOf("carla")}@desk.test>`)
      assert.strictEqual(mail?.header("references"), `<ticket.${ticket.id}@desk.test>`)
      assert.strictEqual(mail?.header("from"), "OpsDesk <opsdesk@desk.test>")
      assert.include(mail?.raw, "> Which <floor>?")
      assert.include(mail?.raw, "Which &lt;floor&gt;?")
      assert.include(mail?.raw, `https://desk.test/tickets/${ticket.number}`)
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["sent 1"])
    }))

  it.effect("waits for a mail server that is down, and holds up neither the post nor anybody", () =>
    Effect.gen(function*() {
      const { hook, mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { ticket } = yield* answered
      yield* mailGoesDown
      assert.strictEqual(yield* round("email"), 1)
      assert.strictEqual(yield* round("webhook"), 1)
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["waiting 1"])
      assert.deepStrictEqual(yield* stateOf(ticket, "webhook"), ["sent 1"])
      assert.deepStrictEqual(hook.posted.map(({ body }) => JSON.parse(body)), [
        { text: `<https://desk.test/tickets/${ticket.number}|#${ticket.number} No sound>\nada wrote` }
      ])
      // A second has not gone by.
      assert.strictEqual(yield* round("email"), 0)
      yield* later("2 seconds")(round("email"))
      yield* mailComesUp
      yield* later("10 seconds")(round("email"))
      yield* later("1 day")(round("email"))
      assert.strictEqual(received.length, 1)
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["sent 3"])
    }))

  it.effect("whose arrival nobody told of comes again as the same mail", () =>
    Effect.gen(function*() {
      const { mails: { loseNextReply, received } } = yield* Outside
      const { round } = yield* Courier
      const { ticket } = yield* answered
      loseNextReply()
      yield* round("email")
      yield* later("2 seconds")(round("email"))
      assert.strictEqual(received.length, 2)
      assert.strictEqual(new Set(received.map(({ header }) => header("message-id"))).size, 1)
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["sent 2"])
    }))

  it.effect("is given up after six tries, kept with its cause, and sent when it is replayed", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { said, ticket } = yield* answered
      yield* sql`
        insert into inbox (consumer, event_id, ticket_id, seq, state)
        values ('notifications', ${said.id}, ${ticket.id}, ${said.seq}, 'settled')`
      yield* mailGoesDown
      for (let at = 1; at <= 8; at++) yield* later(`${at} hours`)(round("email"))
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["dead 6"])
      const [letter, ...more] = yield* lettersOf(said.id)
      assert.deepStrictEqual(more, [])
      assert.deepInclude(letter, { queue: "opsdesk.notifications", type: "message.sent", attempts: 6 })
      assert.match(letter?.error ?? "", /^email: ./)
      assert.deepInclude(JSON.parse(letter?.body ?? ""), { id: said.id, seq: said.seq, type: "message.sent" })
      const noted = yield* sql<{ state: string }>`
        select state from inbox where consumer = 'notifications' and event_id = ${said.id}`
      assert.deepStrictEqual(noted, [{ state: "dead" }])

      // What a replay comes down to.
      yield* mailComesUp
      yield* hear([said])
      yield* hear([said])
      yield* later("1 minute")(round("email"))
      yield* later("1 day")(round("email"))
      assert.strictEqual(received.length, 1)
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["sent 1"])
      const told = yield* sql`select from notifications where event_id = ${said.id}`
      assert.strictEqual(told.length, 1)
    }))

  it.effect("that is refused for good is given up at once", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { mails: { received, refuse } } = yield* Outside
      const { round } = yield* Courier
      const { said, ticket } = yield* answered
      refuse("gone@test.local")
      yield* sql`update users set email = 'gone@test.local' where id = ${userIdOf("carla")}`
      yield* round("email")
      yield* sql`update users set email = 'carla@test.local' where id = ${userIdOf("carla")}`
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["dead 1"])
      assert.match((yield* lettersOf(said.id))[0]?.error ?? "", /no such mailbox here/)
      assert.deepStrictEqual(received, [])
    }))

  it.effect("that ends every program which sends it is given up, and not tried once more", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { said, ticket } = yield* answered
      yield* sql`update notification_deliveries set attempts = 6 where event_id = ${said.id} and channel = 'email'`
      yield* round("email")
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["dead 7"])
      assert.deepStrictEqual(received, [])
    }))

  it.effect("goes to nobody who has lost sight of the ticket since", () =>
    Effect.gen(function*() {
      yield* quiet
      const { mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { edit } = yield* TicketDesk
      const { watch } = yield* WatcherDesk
      const { send } = yield* MessageDesk
      const ticket = yield* openedByCarla()
      yield* watch(ticket.id, userIdOf("amir")).pipe(as("amir"))
      yield* send(ticket.id, { body: "Hm", visibility: "internal" }).pipe(as("ada"))
      yield* hear(yield* eventsOf(ticket))
      yield* edit(ticket.id, { teamId: teamIdOf("Network") }).pipe(as("alex"))
      yield* round("email")
      assert.deepStrictEqual(received, [])
      assert.deepStrictEqual(yield* stateOf(ticket, "email"), ["dropped 1"])
    }))

  it.effect("with an internal note goes to who may read it, and never to the webhook", () =>
    Effect.gen(function*() {
      yield* quiet
      const { hook, mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { watch } = yield* WatcherDesk
      const { send } = yield* MessageDesk
      const ticket = yield* openedByCarla()
      for (const person of ["amir", "carla"] as const) {
        yield* watch(ticket.id, userIdOf(person)).pipe(as("ada"))
      }
      yield* send(ticket.id, { body: "Third time this week.", visibility: "internal" }).pipe(as("ada"))
      yield* hear((yield* eventsOf(ticket)).filter(({ type }) => type === "message.sent"))
      yield* round("email")
      yield* round("webhook")
      assert.deepStrictEqual(received.map(({ to }) => to), [["amir@test.local"]])
      assert.include(received[0]?.raw, "ada left an internal note")
      assert.deepStrictEqual(hook.posted, [])
    }))
})

layer(Suite, { excludeTestServices: true })("two couriers", (it) => {
  it.effect("send each letter once between them", () =>
    Effect.gen(function*() {
      yield* quiet
      const { mails: { received } } = yield* Outside
      const { round } = yield* Courier
      const { send } = yield* MessageDesk
      const ticket = yield* openedByCarla()
      for (let at = 0; at < 30; at++) {
        yield* send(ticket.id, { body: `${at}`, visibility: "public" }).pipe(as("ada"))
      }
      yield* hear((yield* eventsOf(ticket)).slice(1))
      yield* Effect.all(Array.from({ length: 4 }, () => round("email")), { concurrency: "unbounded" })
      yield* round("email")
      assert.strictEqual(received.length, 30)
      assert.strictEqual(new Set(received.map(({ header }) => header("message-id"))).size, 30)
    }))
})

import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { WatcherDesk } from "@opsdesk/tickets/WatcherDesk"
import { Effect, Exit, Layer, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import { NotificationDesk } from "../src/NotificationDesk.ts"
import { NotificationRules } from "../src/NotificationRules.ts"
import { deliveriesOf, eventsOf, hear, openedByCarla } from "./onDesk.ts"

const told = (person: Person) =>
  Effect.gen(function*() {
    const { list } = yield* NotificationDesk
    return (yield* list({}, { limit: 100 }).pipe(as(person))).data
  })

const toldOf = (person: Person, ticketId: string) =>
  Effect.map(told(person), (all) => all.filter((one) => one.ticketId === ticketId).map(({ type }) => type).toReversed())

/** How many statements an effect sends to the database. */
const statementsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    let statements = 0
    const counting = Tracer.make({
      span: (options) => {
        if (options.kind === "client") statements++
        return new Tracer.NativeSpan(options)
      }
    })
    yield* Effect.withTracer(effect, counting)
    return statements
  })

const Suite = Layer.mergeAll(
  NotificationRules.layer,
  NotificationDesk.layer,
  TicketDesk.layer,
  MessageDesk.layer,
  WatcherDesk.layer
).pipe(Layer.provideMerge(TestStack("peopled")))

layer(Suite, { excludeTestServices: true })("the consumer of notifications", (it) => {
  it.effect("tells each whom it concerns, once, however often it hears of it", () =>
    Effect.gen(function*() {
      const tickets = yield* TicketDesk
      const messages = yield* MessageDesk
      const watchers = yield* WatcherDesk
      const ticket = yield* openedByCarla()
      yield* watchers.watch(ticket.id, userIdOf("amir")).pipe(as("amir"))
      yield* tickets.claim(ticket.id).pipe(as("ada"))
      yield* messages.send(ticket.id, { body: "Which floor?", visibility: "public" }).pipe(as("ada"))
      yield* messages.send(ticket.id, { body: "Third time this week.", visibility: "internal" }).pipe(as("ada"))
      yield* tickets.changeStatus(ticket.id, { status: "waiting" }).pipe(as("ada"))
      const events = yield* eventsOf(ticket)
      yield* hear(events)
      yield* hear(events.toReversed())
      const open = ["ticket.assigned", "message.sent", "ticket.status_changed"]
      assert.deepStrictEqual(yield* toldOf("carla", ticket.id), open)
      assert.deepStrictEqual(yield* toldOf("amir", ticket.id), open.toSpliced(1, 0, "message.sent"))
      assert.deepStrictEqual(yield* toldOf("ada", ticket.id), [])
      assert.deepStrictEqual(yield* toldOf("nora", ticket.id), [])
      const [newest] = yield* told("carla")
      assert.deepInclude(newest, {
        reason: "requester",
        ticketNumber: ticket.number,
        ticketTitle: "No sound",
        actorId: userIdOf("ada"),
        readAt: null
      })
      assert.strictEqual(newest?.eventId, events.at(-1)?.id)
      // A mail for each of them, and a post for each event that is no note: opened, assigned, written, moved.
      const channels = (yield* deliveriesOf(ticket)).map(({ channel }) => channel)
      assert.strictEqual(channels.filter((channel) => channel === "email").length, 7)
      assert.strictEqual(channels.filter((channel) => channel === "webhook").length, 4)
    }))

  it.effect("tells nobody who has lost sight of the ticket, or whose account is closed", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const tickets = yield* TicketDesk
      const watchers = yield* WatcherDesk
      const ticket = yield* openedByCarla()
      yield* watchers.watch(ticket.id, userIdOf("amir")).pipe(as("ada"))
      yield* watchers.watch(ticket.id, userIdOf("ada")).pipe(as("ada"))
      yield* tickets.changeStatus(ticket.id, { status: "waiting" }).pipe(as("alex"))
      yield* sql`update users set active = false where id = ${userIdOf("amir")}`
      yield* sql`delete from team_members where user_id = ${userIdOf("ada")}`
      yield* hear(yield* eventsOf(ticket))
      yield* sql`update users set active = true where id = ${userIdOf("amir")}`
      yield* sql`insert into team_members (team_id, user_id) values (${teamIdOf("Support")}, ${userIdOf("ada")})`
      assert.deepStrictEqual(yield* toldOf("amir", ticket.id), [])
      assert.deepStrictEqual(yield* toldOf("ada", ticket.id), [])
      assert.deepStrictEqual(yield* toldOf("carla", ticket.id), ["ticket.status_changed"])
    }))

  it.effect("keeps nothing of a transaction that is not kept", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const rules = yield* NotificationRules
      const tickets = yield* TicketDesk
      const ticket = yield* openedByCarla()
      yield* tickets.claim(ticket.id).pipe(as("ada"))
      const events = yield* eventsOf(ticket)
      const ended = yield* Effect.exit(atomic(Effect.andThen(rules.hear(events), Effect.fail("went wrong later"))))
      assert.deepStrictEqual(ended, Exit.fail("went wrong later"))
      assert.deepStrictEqual(yield* toldOf("carla", ticket.id), [])
      assert.deepStrictEqual(yield* deliveriesOf(ticket), [])
    }))

  it.effect("passes over what is no news to anybody, and refuses what is not what it says", () =>
    Effect.gen(function*() {
      const ticket = yield* openedByCarla()
      const [opened] = yield* eventsOf(ticket)
      assert(opened !== undefined)
      yield* hear([{ ...opened, type: "team.created", ticketId: null, seq: null }, {
        ...opened,
        type: "ticket.updated"
      }])
      assert.deepStrictEqual(yield* deliveriesOf(ticket), [])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(hear([{ ...opened, type: "message.sent" }]))))
    }))

  it.effect("asks the database as often for forty events as for one", () =>
    Effect.gen(function*() {
      const messages = yield* MessageDesk
      const send = (ticketId: TicketId, body: string) =>
        messages.send(ticketId, { body, visibility: "public" }).pipe(as("ada"))
      const events: Array<EventEnvelope> = []
      for (let at = 0; at < 4; at++) {
        const ticket = yield* openedByCarla()
        for (let more = 0; more < 10; more++) yield* send(ticket.id, `${more}`)
        events.push(...(yield* eventsOf(ticket)).slice(1))
      }
      const one = yield* statementsOf(hear(events.slice(0, 1)))
      assert.isAbove(one, 3)
      assert.strictEqual(yield* statementsOf(hear(events.slice(1))), one)
    }))
})

import { assert, describe, it } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { MessageId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import type { Person } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import type { Overtaken } from "@opsdesk/tickets/Overtaken"
import { isOvertaken } from "@opsdesk/tickets/Overtaken"
import type { Ticket, TicketRef } from "@opsdesk/tickets/Ticket"
import { TicketDoor } from "@opsdesk/tickets/TicketDoor"
import { reaches } from "@opsdesk/tickets/TicketPolicy"
import { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import { DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { Statement } from "effect/sql"
import type { NewMessage } from "../src/Message.ts"
import { Message } from "../src/Message.ts"
import { MessageDesk } from "../src/MessageDesk.ts"
import { AlreadySent, MessageStore } from "../src/MessageStore.ts"

const hello: NewMessage = { body: "Hello?", visibility: "public" }
const note: NewMessage = { body: "Not again.", visibility: "internal" }

/** One ticket and what is said on it, in memory. */
const aConversation = (ticket: Ticket = aTicket({ lastSeq: 4 })) => {
  const said: Array<Message> = []
  let lastSeq = ticket.lastSeq
  const readable = (asked: ReadonlyArray<string>) => said.filter(({ visibility }) => asked.includes(visibility))
  const find = (actor: Actor) =>
    reaches(actor, "ticket:read", ticket) ? Effect.succeed(ticket) : Effect.fail(new TicketNotFound())
  const Door = Layer.unwrap(Effect.map(Transaction, ({ byOneStatement }) => {
    const doing = <A, E, R>(
      actor: Actor,
      _: TicketRef,
      errand: (ticket: Ticket) => Effect.Effect<A, E | Overtaken, R>
    ) => Effect.catchIf(byOneStatement(Effect.flatMap(find(actor), errand)), isOvertaken, Effect.die)
    return Layer.mock(TicketDoor, { find, doing, drawing: () => Statement.fragment([]) })
  }))
  const Stores = Layer.mergeAll(
    Door,
    Layer.mock(MessageStore, {
      bySender: (ticketId, authorId, clientMessageId) =>
        Effect.sync(() =>
          said.filter((message) =>
            message.ticketId === ticketId && message.authorId === authorId &&
            message.clientMessageId === clientMessageId
          )
        ),
      insert: (message) => ({
        queries: Statement.fragment([]),
        read: () =>
          Effect.suspend(() => {
            const isThere = message.clientMessageId !== null &&
              said.some(({ authorId, clientMessageId }) =>
                authorId === message.authorId && clientMessageId === message.clientMessageId
              )
            if (isThere) return Effect.fail(new AlreadySent({ ticketId: ticket.id }))
            const sent = new Message({ ...message, seq: ++lastSeq })
            said.push(sent)
            return Effect.succeed(sent)
          })
      }),
      byId: (_, asked, id) => Effect.sync(() => readable(asked).filter((message) => message.id === id)),
      page: (_, asked) => Effect.sync(() => readable(asked)),
      count: (_, asked) => Effect.sync(() => readable(asked).length)
    })
  )
  const Desk = Layer.effect(MessageDesk, MessageDesk.make).pipe(
    Layer.provide([Stores, Layer.mock(Cursors, {}), SecureRandom.layerWebCrypto]),
    Layer.provideMerge(RecordingJournal.layer)
  )
  return { Desk, said, ticket }
}

describe("saying something", () => {
  it.effect.each(
    [["a customer writes", "carla", hello], ["an agent writes a note", "ada", note]] as const satisfies ReadonlyArray<
      readonly [string, Person, NewMessage]
    >
  )("%s: it is kept once, told once and written down once, without its words", ([, who, input]) => {
    const { Desk, said, ticket } = aConversation()
    return Effect.gen(function*() {
      const message = yield* (yield* MessageDesk).send(ticket.id, input).pipe(as(who))
      assert.deepStrictEqual(said, [message])
      assert.deepInclude(message, {
        ...input,
        ticketId: ticket.id,
        seq: 5,
        authorId: userIdOf(who),
        clientMessageId: null
      })
      const entries = yield* (yield* RecordingJournal).recorded
      assert.deepStrictEqual(entries, [{
        at: message.createdAt,
        actorId: userIdOf(who),
        action: "message.sent",
        entity: { type: "message", id: message.id },
        before: null,
        after: { ticketId: ticket.id, seq: 5, visibility: input.visibility },
        events: [{
          type: "message.sent",
          ticketId: ticket.id,
          seq: 5,
          audience: input.visibility,
          payload: {
            message: {
              id: message.id,
              ticketId: ticket.id,
              seq: 5,
              authorId: userIdOf(who),
              body: input.body,
              visibility: input.visibility,
              clientMessageId: null,
              createdAt: DateTime.formatIso(message.createdAt)
            }
          }
        }]
      }])
    }).pipe(Effect.provide(Desk))
  })

  it.effect("whoever sends again with the same id of their own gets what is there, and nothing is added", () => {
    const { Desk, said, ticket } = aConversation()
    return Effect.gen(function*() {
      const { send } = yield* MessageDesk
      const first = yield* send(ticket.id, { ...hello, clientMessageId: "m1" }).pipe(as("carla"))
      const again = yield* send(ticket.id, { ...hello, clientMessageId: "m1" }).pipe(as("carla"))
      assert.strictEqual(again, first)
      const otherText = send(ticket.id, { ...hello, body: "Hello again?", clientMessageId: "m1" }).pipe(as("carla"))
      assert.deepInclude(yield* Effect.flip(otherText), { _tag: "ValidationFailed" })
      const other = yield* send(ticket.id, { ...hello, clientMessageId: "m1" }).pipe(as("ada"))
      const next = yield* send(ticket.id, { ...hello, clientMessageId: "m2" }).pipe(as("carla"))
      yield* send(ticket.id, hello).pipe(as("carla"))
      yield* send(ticket.id, hello).pipe(as("carla"))
      assert.deepStrictEqual([first.seq, other.seq, next.seq], [5, 6, 7])
      assert.deepStrictEqual(said.map(({ seq }) => seq), [5, 6, 7, 8, 9])
      assert.strictEqual((yield* (yield* RecordingJournal).recorded).length, 5)
    }).pipe(Effect.provide(Desk))
  })

  const refusals: ReadonlyArray<[string, Person, Partial<Ticket>, NewMessage, Record<string, unknown>]> = [
    ["a stranger hears that there is no such ticket", "chris", {}, hello, { _tag: "TicketNotFound", status: 404 }],
    ["an agent of another team hears the same", "nora", { teamId: teamIdOf("Support") }, note, {
      _tag: "TicketNotFound"
    }],
    ["a customer writes no notes", "carla", {}, note, { _tag: "Forbidden", permission: "message:send_internal" }],
    ["not even one that she has sent already", "carla", {}, { ...note, clientMessageId: "m1" }, {
      _tag: "Forbidden",
      permission: "message:send_internal"
    }]
  ]
  it.effect.each(refusals)("%s, and nothing of it is kept", ([, who, but, input, expected]) => {
    const { Desk, said, ticket } = aConversation(aTicket(but))
    return Effect.gen(function*() {
      const problem = yield* (yield* MessageDesk).send(ticket.id, input).pipe(as(who), Effect.flip)
      assert.deepInclude({ ...problem, _tag: problem._tag }, expected)
      assert.deepStrictEqual([said, yield* (yield* RecordingJournal).recorded], [[], []])
    }).pipe(Effect.provide(Desk))
  })
})

describe("reading what was said", () => {
  it.effect("agents read everything, the customer what is public, a stranger nothing", () => {
    const { Desk, said, ticket } = aConversation()
    return Effect.gen(function*() {
      const { get, list, send } = yield* MessageDesk
      yield* send(ticket.id, hello).pipe(as("carla"))
      yield* send(ticket.id, note).pipe(as("ada"))
      const [publicOne, internalOne] = said
      assert.isDefined(publicOne)
      assert.isDefined(internalOne)
      const read = (who: Person) =>
        Effect.map(list(ticket.id, { limit: 20, include: "total" }).pipe(as(who)), ({ data, page }) => [
          data.map(({ seq }) => seq),
          page.total
        ])
      assert.deepStrictEqual(yield* read("ada"), [[5, 6], 2])
      assert.deepStrictEqual(yield* read("carla"), [[5], 1])
      assert.strictEqual((yield* Effect.flip(read("chris")))._tag, "TicketNotFound")

      assert.strictEqual(yield* get(ticket.id, internalOne.id).pipe(as("ada")), internalOne)
      assert.strictEqual(yield* get(ticket.id, publicOne.id).pipe(as("carla")), publicOne)
      for (const id of [internalOne.id, MessageId.make("0198c7a2-0000-7000-8000-0000000000ff")]) {
        const problem = yield* get(ticket.id, id).pipe(as("carla"), Effect.flip)
        assert.deepInclude({ ...problem, _tag: problem._tag }, { _tag: "MessageNotFound", status: 404 })
      }
    }).pipe(Effect.provide(Desk))
  })
})

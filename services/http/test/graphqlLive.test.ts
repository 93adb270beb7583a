import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect, Fiber, Schedule } from "effect"
import { graph } from "./asGraph.ts"
import { TestHttp } from "./TestHttp.ts"

const create =
  "mutation ($title: String!, $teamId: ID) { createTicket(input: { title: $title, description: \"\", teamId: $teamId }) { ticket { id } } }"
const send = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }"
const move = "mutation ($input: ChangeTicketStatusInput!) { changeTicketStatus(input: $input) { ticket { id } } }"

const opened = Effect.fnUntraced(function*(title: string, teamId: string | null = null) {
  const made = yield* graph(create, { as: "carla", variables: { title, teamId } })
  return String(made.json.data.createTicket.ticket.id)
})

/** Listens by server-sent events: the answers as they come, and how to leave. */
const listening = Effect.fnUntraced(function*(as: Person, query: string) {
  const { fetch, tokenOf } = yield* TestHttp
  const token = yield* tokenOf(as)
  const leaving = new AbortController()
  const response = yield* Effect.promise(() =>
    fetch(
      new Request("http://desk.test/graphql", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "text/event-stream" },
        body: JSON.stringify({ query }),
        signal: leaving.signal
      })
    )
  )
  assert.strictEqual(response.status, 200)
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/)
  assert(response.body !== null)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  /** The next answer; what only keeps the connection open is none. */
  const next = Effect.promise(async () => {
    while (true) {
      const [, data] = /^data: ?(\{.*\})$/m.exec(text) ?? []
      if (data !== undefined) {
        text = text.slice(text.indexOf(data) + data.length)
        return JSON.parse(data)
      }
      const { done, value = "" } = await reader.read()
      if (done) return null
      text += value
    }
  })
  const leave = Effect.promise(() => reader.cancel())
  return { next, leave }
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever subscribes to a ticket", (it) => {
  it.effect("hears of messages that they may read, and of no other", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Live messages")
      const query = `subscription { messageAdded(ticketId: "${ticket}") { body visibility author { name } } }`
      const agent = yield* listening("ada", query)
      const customer = yield* listening("carla", query)
      const live = `subscription { ticketEvents(ticketId: "${ticket}", after: 1) { seq type } }`
      const events = yield* listening("carla", live)
      yield* Effect.sleep("300 millis")
      for (const [body, visibility] of [["Among us", "INTERNAL"], ["To you", "PUBLIC"]] as const) {
        yield* graph(send, { as: "ada", variables: { input: { ticketId: ticket, body, visibility } } })
      }
      assert.strictEqual((yield* agent.next).data.messageAdded.body, "Among us")
      assert.strictEqual((yield* agent.next).data.messageAdded.body, "To you")
      assert.deepStrictEqual((yield* customer.next).data.messageAdded, {
        body: "To you",
        visibility: "PUBLIC",
        author: { name: "ada" }
      })
      assert.deepStrictEqual((yield* events.next).data.ticketEvents, { seq: 3, type: "message.sent" })
      yield* Effect.all([agent.leave, customer.leave, events.leave])
    }))

  it.effect("has one answer to a question as events only where they would rather have it so", () =>
    Effect.gen(function*() {
      const typeOf = Effect.fnUntraced(function*(accept: string) {
        const { headers, status } = yield* graph("{ __typename }", { as: "carla", headers: { accept } })
        assert.strictEqual(status, 200)
        return headers.get("content-type")?.split(";")[0]
      })
      const [json, graphqlJson, events] = [
        "application/json",
        "application/graphql-response+json",
        "text/event-stream"
      ] as const
      for (
        const [accept, type] of [
          [`${graphqlJson}, ${json}, ${events}`, graphqlJson],
          [`${json}, ${events}`, json],
          [`${events};q=0.5, ${json};q=0.9`, json],
          [`*/*, ${events}`, json],
          [`${events};q=0`, json],
          [`${graphqlJson};q=0, ${json}`, json],
          [`${json};q=0.1, ${events}`, events],
          [events, events],
          [`${events}, ${json}`, events]
        ] as const
      ) {
        assert.strictEqual(yield* typeOf(accept), type, accept)
      }
    }))

  it.effect("goes on from where they were, and hears of moves", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Live moves")
      const moves = yield* listening(
        "carla",
        `subscription { ticketStatusChanged(ticketId: "${ticket}") { from to actor { name } ticket { status } } }`
      )
      yield* Effect.sleep("300 millis")
      yield* graph(move, { as: "ada", variables: { input: { ticketId: ticket, status: "WAITING" } } })
      assert.deepStrictEqual((yield* moves.next).data.ticketStatusChanged, {
        from: "OPEN",
        to: "WAITING",
        actor: { name: "ada" },
        ticket: { status: "WAITING" }
      })
      const all = yield* listening(
        "carla",
        `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq type } }`
      )
      assert.deepStrictEqual((yield* all.next).data.ticketEvents, { seq: 1, type: "ticket.created" })
      assert.deepStrictEqual((yield* all.next).data.ticketEvents, { seq: 2, type: "ticket.status_changed" })
      yield* Effect.all([moves.leave, all.leave])
    }))

  it.effect("is told that there is none where they may see none", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Not yours")
      const refused = yield* listening("chris", `subscription { messageAdded(ticketId: "${ticket}") { id } }`)
      assert.strictEqual((yield* refused.next).errors[0].extensions.code, "not-found")
    }))

  it.effect("misses nothing and hears nothing twice when the stream is cut off again and again", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Cut off")
      const messages = 30
      const last = messages + 1
      const writing = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: messages }), (_, at) =>
          Effect.andThen(
            graph(send, { as: "ada", variables: { input: { ticketId: ticket, body: `${at}` } } }),
            Effect.sleep("20 millis")
          ))
      )
      const heard: Array<number> = []
      while (heard.length < last) {
        const after = heard.at(-1) ?? 0
        const live = yield* listening(
          "carla",
          `subscription { ticketEvents(ticketId: "${ticket}", after: ${after}) { seq } }`
        )
        for (let more = 0; more < 4 && heard.length < last; more++) heard.push((yield* live.next).data.ticketEvents.seq)
        yield* live.leave
      }
      yield* Fiber.join(writing)
      assert.deepStrictEqual(heard, Array.from({ length: last }, (_, at) => at + 1))
    }))

  it.effect("is told with each event what they may know by then, and not what they once might", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const roles = (names: ReadonlyArray<string>) =>
        ask("PUT", `/v1/users/${personIds.amir}/roles`, { as: "alex", body: { roles: names } })
      yield* roles(["agent", "customer"])
      const made = yield* graph(create, { as: "amir", variables: { title: "My own", teamId: null } })
      const ticket = String(made.json.data.createTicket.ticket.id)
      yield* graph(send, {
        as: "ada",
        variables: { input: { ticketId: ticket, body: "Among us", visibility: "INTERNAL" } }
      })
      const live = yield* listening(
        "amir",
        `subscription { ticketStatusChanged(ticketId: "${ticket}") { to actor { email } ticket { messages(last: 100) { nodes { body } } } } }`
      )
      yield* Effect.sleep("300 millis")
      yield* graph(move, { as: "ada", variables: { input: { ticketId: ticket, status: "WAITING" } } })
      assert.deepStrictEqual((yield* live.next).data.ticketStatusChanged, {
        to: "WAITING",
        actor: { email: "ada@test.local" },
        ticket: { messages: { nodes: [{ body: "Among us" }] } }
      })
      yield* roles(["customer"])
      yield* graph(move, { as: "ada", variables: { input: { ticketId: ticket, status: "OPEN" } } })
      assert.deepStrictEqual((yield* live.next).data.ticketStatusChanged, {
        to: "OPEN",
        actor: { email: null },
        ticket: { messages: { nodes: [] } }
      })
      yield* live.leave
      yield* roles(["agent"])
    }))

  it.effect("hears no more of a ticket that has been taken from them, and the stream ends", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Taken away", teamIds.Network)
      const live = yield* listening("nora", `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`)
      assert.strictEqual((yield* live.next).data.ticketEvents.seq, 1)
      const { ask } = yield* TestHttp
      yield* ask("DELETE", `/v1/teams/${teamIds.Network}/members/${personIds.nora}`, { as: "alex" })
      assert.strictEqual((yield* live.next).errors[0].extensions.code, "forbidden")
      yield* graph(send, { as: "ada", variables: { input: { ticketId: ticket, body: "Among others" } } })
      assert.isNull(yield* live.next)
      const again = yield* listening("nora", `subscription { ticketEvents(ticketId: "${ticket}", after: 1) { seq } }`)
      assert.strictEqual((yield* again.next).errors[0].extensions.code, "not-found")
      assert.isNull(yield* again.next)
    }))
})

const few = new URL("./fixtures/fewSockets.json", import.meta.url).pathname

layer(TestHttp.layer("peopled", undefined, { OPSDESK_LIMITS: few }), { excludeTestServices: true })(
  "whoever has as many streams open as they may",
  (it) => {
    it.effect("gets no other until one of them has ended", () =>
      Effect.gen(function*() {
        const ticket = yield* opened("Streams")
        const query = `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`
        const first = yield* listening("carla", query)
        yield* listening("carla", query)
        assert.strictEqual((yield* first.next).data.ticketEvents.seq, 1)
        const refused = yield* graph(query, { as: "carla", headers: { accept: "text/event-stream" } })
        assert.strictEqual(refused.status, 429)
        assert.strictEqual(refused.json.errors[0].extensions.code, "rate-limited")
        assert.strictEqual(refused.headers.get("retry-after"), "30")
        yield* listening("ada", query)
        yield* first.leave
        const brief = graph("subscription { ticketEvents(ticketId: \"nothing\", after: 0) { seq } }", {
          as: "carla",
          headers: { accept: "text/event-stream" }
        })
        yield* brief.pipe(
          Effect.repeat({ until: ({ status }) => status === 200, schedule: Schedule.spaced("20 millis") }),
          Effect.timeout("5 seconds")
        )
      }))
  }
)

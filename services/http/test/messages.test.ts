import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const seqsOf = (rows: ReadonlyArray<{ readonly seq: number | null }>) => rows.map(({ seq }) => seq)

const say = (id: string, as: Person, body: object) => done("POST", `/v1/tickets/${id}/messages`, { as, body })

/** All that somebody can read of what was said, or of what happened. */
const readBy = Effect.fnUntraced(function*(id: string, what: "messages" | "events", as: Person) {
  const rows: ReadonlyArray<Json> = yield* done("GET", `/v1/tickets/${id}/${what}?limit=100`, { as })
  return rows
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("what is said on a ticket", (it) => {
  it.effect("a message sent twenty times at once with one id of the sender's is one message", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      const body = { body: "Are you there?", clientMessageId: "from my phone" }
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }),
        () => ask("POST", `/v1/tickets/${id}/messages`, { as: "carla", body }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [201])
      assert.strictEqual(new Set(answers.map(({ text }) => text)).size, 1)
      assert.strictEqual(new Set(answers.map(({ headers }) => headers.get("location"))).size, 1)

      const [message, ...more] = yield* readBy(id, "messages", "ada")
      assert.deepStrictEqual(more, [])
      assert.deepInclude(message, { ...body, seq: 2, authorId: personIds.carla, visibility: "public" })
      assert.deepStrictEqual(seqsOf(yield* eventsOf(id)), [1, 2])
      assert.strictEqual((yield* auditOf(message.id)).length, 1)

      // Others may choose the same id, on this ticket or another, and so may she elsewhere.
      const elsewhere = yield* opened("carla")
      const same = [yield* say(id, "ada", body), yield* say(elsewhere.id, "carla", body)]
      assert.strictEqual(new Set([message, ...same].map((one) => one.id)).size, 3)
    }))

  it.effect("a message has the number of its own event, and a customer sees gaps where notes are", () =>
    Effect.gen(function*() {
      const { id } = yield* opened("carla")
      yield* say(id, "carla", { body: "first" })
      yield* say(id, "ada", { body: "a note", visibility: "internal" })
      yield* done("PATCH", `/v1/tickets/${id}/status`, { as: "ada", body: { status: "in_progress" } })
      yield* say(id, "ada", { body: "another note", visibility: "internal" })
      yield* say(id, "ada", { body: "last" })

      const events = yield* eventsOf(id)
      assert.deepStrictEqual(events.map(({ audience, seq, type }) => [seq, type, audience]), [
        [1, "ticket.created", "public"],
        [2, "message.sent", "public"],
        [3, "message.sent", "internal"],
        [4, "ticket.status_changed", "public"],
        [5, "message.sent", "internal"],
        [6, "message.sent", "public"]
      ])
      for (const message of yield* readBy(id, "messages", "ada")) {
        const event = events.find(({ seq }) => seq === message.seq)
        assert.deepStrictEqual(event?.payload, { message })
      }
      const seen = (as: Person) =>
        Effect.all([readBy(id, "messages", as), readBy(id, "events", as)]).pipe(
          Effect.map((lists) => lists.map(seqsOf))
        )
      assert.deepStrictEqual(yield* seen("ada"), [[2, 3, 5, 6], [1, 2, 3, 4, 5, 6]])
      assert.deepStrictEqual(yield* seen("carla"), [[2, 6], [1, 2, 4, 6]])
      assert.notInclude(JSON.stringify(yield* readBy(id, "events", "carla")), "note")

      const { ask } = yield* TestHttp
      const page = yield* ask("GET", `/v1/tickets/${id}/messages?limit=1&include=total`, { as: "carla" })
      assert.deepInclude(page.json.page, { total: 2, totalIsExact: true })
      const rest = yield* ask("GET", `/v1/tickets/${id}/messages?cursor=${page.json.page.nextCursor}`, { as: "carla" })
      assert.deepStrictEqual(seqsOf(rest.json.data), [6])
      const after = yield* ask("GET", `/v1/tickets/${id}/events?after=3`, { as: "carla" })
      assert.deepStrictEqual(seqsOf(after.json.data), [4, 6])
    }))

  it.effect("an internal note is nowhere for the customer, not even under its own address", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      const note = yield* say(id, "ada", { body: "He means the other printer.", visibility: "internal" })
      const path = `/v1/tickets/${id}/messages/${note.id}`
      assert.strictEqual((yield* ask("GET", path, { as: "amir" })).json.data.body, "He means the other printer.")
      const hidden = yield* ask("GET", path, { as: "carla" })
      const unknown = yield* ask("GET", `/v1/tickets/${id}/messages/0198c7a2-0000-7000-8000-0000000000ff`, {
        as: "carla"
      })
      assert.deepStrictEqual([hidden.status, hidden.json.code], [404, "not-found"])
      const told = ({ instance: _, requestId: __, ...rest }: Json) => rest
      assert.deepStrictEqual(told(hidden.json), told(unknown.json))
      assert.strictEqual(
        (yield* ask("POST", `/v1/tickets/${id}/messages`, {
          as: "carla",
          body: { body: "x", visibility: "internal" }
        })).status,
        403
      )
    }))

  it.effect("saying something leaves the ticket itself as it is", () =>
    Effect.gen(function*() {
      const { id } = yield* opened("carla")
      const before = yield* done("GET", `/v1/tickets/${id}`, { as: "ada" })
      yield* say(id, "carla", { body: "Hello?" })
      yield* say(id, "ada", { body: "Hm.", visibility: "internal" })
      assert.deepStrictEqual(yield* done("GET", `/v1/tickets/${id}`, { as: "ada" }), before)
      assert.strictEqual(before.version, 1)
    }))

  it.effect("whoever may not see the ticket neither reads nor writes on it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla", { teamId: teamIds.Support })
      const message = yield* say(id, "carla", { body: "For Support." })
      for (const as of ["chris", "nora"] as const) {
        for (const what of ["messages", `messages/${message.id}`, "events", "history"]) {
          assert.strictEqual((yield* ask("GET", `/v1/tickets/${id}/${what}`, { as })).status, 404, `${as}: ${what}`)
        }
        assert.strictEqual((yield* ask("POST", `/v1/tickets/${id}/messages`, { as, body: { body: "x" } })).status, 404)
      }
      // A message of a ticket that she may not see does not show under one that she may.
      const own = yield* opened("chris")
      assert.strictEqual(
        (yield* ask("GET", `/v1/tickets/${own.id}/messages/${message.id}`, { as: "chris" })).status,
        404
      )
      assert.deepStrictEqual(seqsOf(yield* eventsOf(id)), [1, 2])
    }))

  it.effect("the record tells that something was said, not what", () =>
    Effect.gen(function*() {
      const { id } = yield* opened("carla")
      const message = yield* say(id, "carla", { body: "My PIN is 4711." })
      const [entry, ...more] = yield* auditOf(message.id)
      assert.deepStrictEqual(more, [])
      assert.deepInclude(entry, {
        action: "message.sent",
        actorId: personIds.carla,
        entityType: "message",
        before: null,
        after: { ticketId: id, seq: 2, visibility: "public" }
      })
    }))
})

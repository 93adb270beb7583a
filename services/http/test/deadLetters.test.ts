import { assert, layer } from "@effect/vitest"
import { EventReplay } from "@opsdesk/deadletters/EventReplay"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { aDeadLetter } from "./freshThings.ts"
import { TestHttp } from "./TestHttp.ts"

const path = "/v1/admin/dead-letters"
const as = "alex"

const queuedFor = (body: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* sql<{ queue: string; messageId: string | null }>`
      select queue, message_id from redeliveries where body like ${`${body}%`}`
  })

const auditedOf = (id: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ action: string; actor: string | null; text: string }>`
      select action, actor_id as actor, before::text as text from audit_log where entity_id = ${id} order by seq`
    return rows
  })

layer(EventReplay.layer.pipe(Layer.provideMerge(TestHttp.layer("peopled"))), { excludeTestServices: true })(
  "a dead letter",
  (it) => {
    it.effect("is on the list with its cause, newest first, page by page", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const ids = yield* Effect.forEach(["one", "two", "three"], aDeadLetter)
        const first = yield* ask("GET", `${path}?limit=2&include=total`, { as })
        assert.strictEqual(first.status, 200)
        assert.deepStrictEqual(first.json.data.map(({ id }: { id: string }) => id), ids.slice(1).toReversed())
        assert.strictEqual(first.json.page.total, 3)
        const { failedAt, ...letter } = first.json.data[0]
        assert.match(failedAt, /^\d{4}-.*Z$/)
        assert.deepStrictEqual(letter, {
          id: ids[2],
          queue: "opsdesk.cache",
          eventId: null,
          type: null,
          attempts: 6,
          error: "it cannot be done",
          body: `three ${ids[2]}`
        })
        const rest = yield* ask("GET", `${path}?limit=2&cursor=${first.json.page.nextCursor}`, { as })
        assert.deepStrictEqual(rest.json.data.map(({ id }: { id: string }) => id), ids.slice(0, 1))
        assert.strictEqual(rest.json.page.nextCursor, null)
        assert.strictEqual((yield* ask("GET", `${path}?cursor=made-up`, { as })).status, 400)
      }))

    it.effect("that is replayed goes to its own queue once, however often somebody asks, and is on record", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const id = yield* aDeadLetter("again")
        const answers = yield* Effect.all(
          Array.from({ length: 5 }, () => ask("POST", `${path}/${id}/replay`, { as })),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200])
        assert.deepStrictEqual(yield* queuedFor("again"), [{ queue: "opsdesk.cache", messageId: null }])
        const audited = yield* auditedOf(id)
        assert.deepStrictEqual(audited.map(({ action }) => action), ["dead_letter.replayed"])
        assert.notInclude(audited[0]?.text ?? "", "again")
        const { json } = yield* ask("GET", `${path}?limit=100`, { as })
        assert.notInclude(json.data.map(({ id: listed }: { id: string }) => listed), id)
        assert.strictEqual((yield* ask("DELETE", `${path}/${id}`, { as })).status, 404)
      }))

    it.effect("that is discarded is gone, and on record", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const id = yield* aDeadLetter("never")
        assert.strictEqual((yield* ask("DELETE", `${path}/${id}`, { as })).status, 204)
        assert.strictEqual((yield* ask("DELETE", `${path}/${id}`, { as })).status, 404)
        assert.strictEqual((yield* ask("POST", `${path}/${id}/replay`, { as })).status, 404)
        assert.deepStrictEqual(yield* queuedFor("never"), [])
        assert.deepStrictEqual((yield* auditedOf(id)).map(({ action }) => action), ["dead_letter.discarded"])
      }))

    it.effect("is nobody's business but that of whoever runs the desk", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const id = yield* aDeadLetter("hands off")
        for (const person of ["ada", "carla"] as const) {
          const asked = [
            ask("GET", path, { as: person }),
            ask("POST", `${path}/${id}/replay`, { as: person }),
            ask("DELETE", `${path}/${id}`, { as: person })
          ]
          for (const { status } of yield* Effect.all(asked)) assert.strictEqual(status, 403)
        }
        assert.deepStrictEqual(yield* queuedFor("hands off"), [])
      }))

    it.effect("apart, an operator has one consumer get past events again, from a position on", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const sql = yield* SqlClient.SqlClient
        const { replay } = yield* EventReplay
        for (const title of ["first", "second", "third"]) {
          yield* ask("POST", "/v1/tickets", { as: "carla", body: { title, description: "" } })
        }
        const positions = (yield* sql<{ position: number }>`select position from events order by position`)
          .map(({ position }) => position)
        const from = positions.at(-2) ?? 0
        const unknown = yield* Effect.flip(replay({ consumer: "nobody", from, again: false }))
        assert.strictEqual(unknown._tag, "ConsumerNotFound")
        yield* sql`insert into consumers (name, from_position, types) values ('tried', 0, '{#}')`
        yield* sql`
          insert into inbox (consumer, event_id, ticket_id, seq, state)
          select 'tried', id, ticket_id, seq, 'settled' from events`
        const queued = sql<{ position: number }>`
          delete from redeliveries where queue = 'opsdesk.tried' returning position`
        assert.strictEqual(yield* replay({ consumer: "tried", from, again: false }), 2)
        assert.deepStrictEqual((yield* queued).map(({ position }) => position), positions.slice(-2))
        const settled = sql`select from inbox where consumer = 'tried'`
        assert.strictEqual((yield* settled).length, positions.length)
        assert.strictEqual(yield* replay({ consumer: "tried", from, again: true }), 2)
        assert.strictEqual((yield* settled).length, positions.length - 2)
      }))
  }
)

import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { personIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { done, opened } from "./onRecord.ts"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** Somebody is told of a new ticket of Carla's, so many times; the newest last. */
const told = Effect.fnUntraced(function*(person: Person, times: number) {
  const sql = yield* SqlClient.SqlClient
  const ids: Array<string> = []
  for (let at = 0; at < times; at++) {
    const { id } = yield* opened("carla")
    const [row] = yield* sql<{ id: string }>`
      insert into notifications (id, user_id, event_id, type, ticket_id, ticket_number, ticket_title, reason, actor_id, at)
      select e.id, ${personIds[person]}, e.id, e.type, t.id, t.number, t.title, 'watcher', e.actor_id, e.occurred_at
      from events e join tickets t on t.id = e.ticket_id where e.ticket_id = ${id}
      returning id`
    ids.push(row?.id ?? "none")
  }
  return ids
})

const idsOf = (json: Json): ReadonlyArray<string> => json.data.map(({ id }: Json) => id)

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("what people were told", (it) => {
  it.effect("is theirs alone, the newest first, page by page", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ids = yield* told("ada", 5)
      yield* told("amir", 1)
      const first = yield* ask("GET", "/v1/notifications?limit=3&include=total", { as: "ada" })
      assert.deepStrictEqual(first.json.page.total, 5)
      const cursor = first.json.page.nextCursor
      const second = yield* ask("GET", `/v1/notifications?limit=3&cursor=${cursor}`, { as: "ada" })
      assert.deepStrictEqual([...idsOf(first.json), ...idsOf(second.json)], ids.toReversed())
      assert.isNull(second.json.page.nextCursor)
      assert.strictEqual((yield* ask("GET", `/v1/notifications?cursor=${cursor}`, { as: "amir" })).status, 400)
      assert.notProperty(first.json.data[0], "userId")
      assert.strictEqual(first.json.data[0].actorId, personIds.carla)
    }))

  it.effect("is read once, by whose it is, and can be asked for by that", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const [old, fresh] = yield* told("nora", 2)
      assert(old !== undefined && fresh !== undefined)
      const foreign = yield* ask("PUT", `/v1/notifications/${old}/read`, { as: "ada" })
      assert.deepStrictEqual([foreign.status, foreign.json.code], [404, "not-found"])
      const read = yield* done("PUT", `/v1/notifications/${old}/read`, { as: "nora" })
      assert.isNotNull(read.readAt)
      assert.deepStrictEqual(yield* done("PUT", `/v1/notifications/${old}/read`, { as: "nora" }), read)
      for (const [query, ids] of [["read=true", [old]], ["read=false", [fresh]], ["", [fresh, old]]] as const) {
        const list = yield* ask("GET", `/v1/notifications?include=total&${query}`, { as: "nora" })
        assert.deepStrictEqual([idsOf(list.json), list.json.page.total], [ids, ids.length], query)
      }
      assert.strictEqual((yield* ask("GET", "/v1/notifications?read=maybe", { as: "nora" })).status, 400)
    }))

  it.effect("has a tag that changes with what is told and read", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const [id] = yield* told("chris", 1)
      const list = yield* ask("GET", "/v1/notifications", { as: "chris" })
      const headers = { "if-none-match": list.headers.get("etag") ?? "none" }
      assert.strictEqual((yield* ask("GET", "/v1/notifications", { as: "chris", headers })).status, 304)
      yield* done("PUT", `/v1/notifications/${id}/read`, { as: "chris" })
      assert.strictEqual((yield* ask("GET", "/v1/notifications", { as: "chris", headers })).status, 200)
    }))
})

import { assert, layer } from "@effect/vitest"
import { Stack } from "@opsdesk/stack/Stack"
import { personIds } from "@opsdesk/testkit/people"
import type { Proxy } from "@opsdesk/testkit/proxyTo"
import { proxyTo } from "@opsdesk/testkit/proxyTo"
import { Database, Quiet, TestDatabase, TestSettings } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { done, opened } from "./onRecord.ts"
import { refusing } from "./refusing.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"
import { isReplayed, titled, under } from "./underKey.ts"

const keysKept = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql`select from idempotency_keys`).length
})

const ticket = (title: string): Ask => ({ as: "carla", body: { title, description: "" } })

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a request that has failed", (it) => {
  it.effect("keeps no key, whatever it failed of, and can be sent again under it once it is right", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla", { teamId: null })
      const claim = `/v1/tickets/${id}/claim`
      const release = done("PUT", `/v1/tickets/${id}/assignee`, { as: "alex", body: { assigneeId: null } })
      const before = yield* keysKept
      const refused: ReadonlyArray<readonly [status: number, key: string, path: string, Ask]> = [
        [400, "invalid", "/v1/tickets", { as: "carla", body: { title: "" } }],
        [400, "malformed", "/v1/tickets", { as: "carla", body: "{" }],
        [400, "nobody", "/v1/tickets", { as: "ada", body: { title: "x", description: "", requesterId: id } }],
        [403, "forbidden", "/v1/teams", { as: "carla", body: { name: "x" } }],
        [404, "missing", `/v1/tickets/${personIds.ada}/messages`, { as: "carla", body: { body: "x" } }],
        [415, "form", "/v1/tickets", { as: "carla", body: "x" }],
        [412, "stale", claim, { as: "ada" }]
      ]
      for (const [status, key, path, what] of refused) {
        const more = status === 415
          ? { "content-type": "text/plain" }
          : status === 412
          ? { "if-match": "\"v0\"" }
          : undefined
        const answer = yield* ask("POST", path, { ...what, ...under(key, more) })
        assert.strictEqual(answer.status, status, answer.text)
        assert.strictEqual(yield* keysKept, before, key)
      }
      for (const key of ["invalid", "malformed", "forbidden", "missing", "form"]) {
        const answer = yield* ask("POST", "/v1/tickets", { ...ticket(`Right: ${key}`), ...under(key) })
        assert.deepStrictEqual([answer.status, isReplayed(answer)], [201, false])
      }

      yield* done("POST", claim, { as: "amir" })
      const late = yield* ask("POST", claim, { as: "ada", ...under("stale") })
      assert.deepStrictEqual([late.status, late.json.code], [409, "ticket-already-claimed"])
      yield* release
      const claimed = yield* ask("POST", claim, { as: "ada", ...under("stale") })
      assert.deepStrictEqual([claimed.status, isReplayed(claimed)], [200, false])
      yield* release
      // The first answer, although the ticket is nobody's again.
      const again = yield* ask("POST", claim, { as: "ada", ...under("stale") })
      assert.deepStrictEqual([again.text, isReplayed(again)], [claimed.text, true])
    }))

  for (
    const [table, when, state, status] of [
      ["audit_log", "at once", "P0001", 500],
      ["audit_log", "at once", "57P01", 503],
      ["outbox", "at the commit", "P0001", 500],
      ["idempotency_keys", "at once", "P0001", 500],
      ["idempotency_keys", "at the commit", "53100", 503]
    ] as const
  ) {
    it.effect(`leaves neither ticket nor key when ${table} refuses its row ${when} with ${state}`, () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const title = `${table} ${when} ${state}`
        const send = ask("POST", "/v1/tickets", { ...ticket(title), ...under(title.replaceAll(" ", "-")) })
        const before = yield* keysKept
        yield* Effect.scoped(Effect.gen(function*() {
          yield* refusing(table, when, state)
          assert.strictEqual((yield* send).status, status)
        }))
        assert.deepStrictEqual([yield* keysKept, yield* titled(title)], [before, 0])
        const made = yield* send
        assert.deepStrictEqual([made.status, isReplayed(made), yield* titled(title)], [201, false, 1])
      }))
  }
})

class Line extends Context.Service<Line, Proxy>()("@opsdesk/http/test/Line") {}

/** The desk at the end of a line that can be cut. */
const OnTheLine = Layer.effectContext(Effect.gen(function*() {
  const database = yield* Database
  const proxy = yield* proxyTo(Redacted.value(database.programUrl))
  return Context.make(Database, { ...database, programUrl: Redacted.make(proxy.url) }).pipe(Context.add(Line, proxy))
})).pipe(Layer.provide(TestDatabase("peopled")))

const CutOff = TestHttp.layerNoStack.pipe(
  Layer.provideMerge(Stack("test")),
  Layer.provideMerge(OnTheLine),
  Layer.provideMerge(TestSettings()),
  Layer.provideMerge(Quiet)
)

layer(CutOff, { excludeTestServices: true })("a request whose COMMIT was done and never confirmed", (it) => {
  it.effect("has taken effect once when it is sent again, and then tells what it did", () =>
    Effect.gen(function*() {
      const { ask, tokenOf } = yield* TestHttp
      const line = yield* Line
      yield* tokenOf("carla")
      for (const round of Array.from({ length: 10 }, (_, at) => at)) {
        const title = `Cut off ${round}`
        const send = ask("POST", "/v1/tickets", { ...ticket(title), ...under(`cut-off-${round}`) })
        line.loseCommitReply("cut")
        const lost = yield* send
        assert.deepStrictEqual([lost.status, lost.json.code], [503, "dependency-unavailable"])
        assert.isNotNull(lost.headers.get("retry-after"))
        const again = yield* send
        assert.deepStrictEqual([again.status, isReplayed(again), again.json.data.title], [201, true, title])
        const found = yield* ask("GET", again.headers.get("location") ?? "", { as: "carla" })
        assert.deepStrictEqual([found.text, found.headers.get("etag")], [again.text, again.headers.get("etag")])
        assert.strictEqual(yield* titled(title), 1)
      }
    }))

  it.effect("takes effect twice without a key: that is what keys are for", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const line = yield* Line
      // One statement without a transaction: its answer is what tells of the commit.
      line.loseAnswerTo("No key")
      const send = ask("POST", "/v1/tickets", ticket("No key"))
      assert.strictEqual((yield* send).status, 503)
      assert.strictEqual((yield* send).status, 201)
      assert.strictEqual(yield* titled("No key"), 2)
    }))
})

import { assert, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Cause, Context, Effect, Layer, Logger, References } from "effect"
import { SqlClient } from "effect/sql"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

interface Line {
  readonly level: string
  readonly message: string
  readonly requestId: unknown
  readonly cause: string
}

/** What the program has logged. */
class Logged extends Context.Service<Logged, Array<Line>>()("@opsdesk/http/test/Logged") {}

const LoggedHttp = Layer.unwrap(Effect.map(Logged, (lines) =>
  TestHttp.layerLogging(Layer.mergeAll(
    Logger.layer([Logger.make(({ cause, fiber, logLevel, message }) => {
      lines.push({
        level: logLevel,
        message: String(message),
        requestId: fiber.getRef(References.CurrentLogAnnotations).request_id,
        cause: Cause.pretty(cause)
      })
    })]),
    Layer.succeed(References.MinimumLogLevel, "Info")
  )))).pipe(
    Layer.provideMerge(Layer.succeed(Logged, [])),
    Layer.provideMerge(TestStack("peopled"))
  )

const isInternal = (answer: Answer) => {
  assert.strictEqual(answer.status, 500)
  assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
  assert.deepStrictEqual(Object.keys(answer.json).toSorted(), [
    "code",
    "detail",
    "instance",
    "requestId",
    "status",
    "title",
    "type"
  ])
  assert.deepInclude(answer.json, { type: "/problems/internal", code: "internal", status: 500 })
}

layer(LoggedHttp, { excludeTestServices: true })("a fault of ours", (it) => {
  it.effect("says nothing of itself to whoever meets it, and all to the operator who has the request's id", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const lines = yield* Logged
      // A row that no version of the program writes: its id is no UUIDv7.
      const number = yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const [row] = yield* sql<{ number: number }>`
          insert into tickets (id, title, description, type, status, priority, requester_id, created_at, updated_at)
          values ('6f1c3c1e-2a54-4c3b-8f3d-1f6f4d1f2f10', 'Odd one out', '', 'incident', 'open', 'low',
            ${personIds.carla}, now(), now())
          returning number`
        return row?.number ?? 0
      }))
      const broken = yield* ask("GET", `/v1/tickets/${number}`, {
        as: "carla",
        headers: { "x-request-id": "the-odd-one-out" }
      })
      isInternal(broken)
      assert.notMatch(broken.text, /6f1c3c1e|Odd one|UUID|Schema|tickets t|select|node_modules|\.ts/)
      assert.strictEqual(broken.json.requestId, "the-odd-one-out")

      const errors = lines.filter(({ level, requestId }) => level === "Error" && requestId === "the-odd-one-out")
      assert.lengthOf(errors, 1)
      assert.include(errors[0]?.cause, "UUIDv7")
      assert.isAbove(lines.filter(({ message }) => message === "GET /v1/tickets/:id 500").length, 0)
    }))

  it.effect("in one place leaves the others as they were", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      assert.strictEqual((yield* ask("GET", "/v1/me", { as: "carla" })).status, 200)
      assert.strictEqual((yield* ask("GET", "/v1/tickets?assignee=me", { as: "ada" })).status, 200)
    }))
})

layer(LoggedHttp, { excludeTestServices: true })("a database that went away", (it) => {
  const database = (statement: "off" | "on") =>
    asOwner(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql<{ name: string }>`select current_database() as name`
      yield* sql`alter database ${sql(row?.name ?? "")} connection limit ${
        sql.literal(statement === "off" ? "0" : "-1")
      }`
      yield* sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and ${statement === "off"}`
    }))

  it.effect("is said to be away, with how long to wait, until it is back", () =>
    Effect.gen(function*() {
      const { ask, tokenOf } = yield* TestHttp
      const lines = yield* Logged
      yield* tokenOf("carla")
      const requests = [
        ["GET", "/v1/tickets", undefined],
        ["POST", "/v1/tickets", { title: "No sound", description: "" }],
        ["POST", "/v1/auth/login", { email: "carla@test.local", password: "carla may come in" }]
      ] as const
      yield* database("off")
      for (const [method, path, body] of requests) {
        const refused = yield* ask(method, path, { as: "carla", ...(body === undefined ? {} : { body }) })
        assert.strictEqual(refused.status, 503, refused.text)
        assert.match(refused.headers.get("retry-after") ?? "", /^[1-9]\d*$/)
        assert.deepInclude(refused.json, {
          type: "/problems/dependency-unavailable",
          code: "dependency-unavailable",
          status: 503,
          instance: path,
          dependency: "postgres"
        })
        assert.notMatch(refused.text, /ECONN|too many|terminat|127\.0\.0\.1|opsdesk_app/)
      }
      const notReady = yield* ask("GET", "/health/ready")
      assert.deepStrictEqual([notReady.status, notReady.json.status], [503, "down"])
      assert.strictEqual((yield* ask("GET", "/health/live")).status, 200)
      assert.isAbove(
        lines.filter(({ level, message }) => level === "Warn" && message.includes("does not answer")).length,
        0
      )

      yield* database("on")
      assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "carla" })).status, 200)
      assert.strictEqual((yield* ask("GET", "/health/ready")).status, 200)
    }))
})

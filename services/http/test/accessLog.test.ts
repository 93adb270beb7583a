import { assert, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer, Logger, References, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

type Annotations = Readonly<Record<string, unknown>>

/** What stood beside each line that the program has logged. */
class Logged extends Context.Service<Logged, Array<Annotations>>()("@opsdesk/http/test/accessLog/Logged") {}

const LoggedHttp = Layer.unwrap(Effect.map(Logged, (lines) =>
  TestHttp.layerLogging(Layer.mergeAll(
    Logger.layer([
      Logger.make(({ fiber }) => void lines.push({ ...fiber.getRef(References.CurrentLogAnnotations) }))
    ]),
    Layer.succeed(References.MinimumLogLevel, "Info")
  )))).pipe(
    Layer.provideMerge(Layer.succeed(Logged, [])),
    Layer.provideMerge(TestStack("peopled"))
  )

layer(LoggedHttp, { excludeTestServices: true })("the line that a request leaves in the log", (it) => {
  it.effect("names the ticket by its id, whatever the address called it, and never repeats what was made up", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const lines = yield* Logged
      const lineOf = Effect.fnUntraced(function*(
        method: string,
        path: string,
        body?: object,
        as: "carla" | "chris" = "carla"
      ) {
        const answer = yield* ask(method, path, { as, ...(body === undefined ? {} : { body }) })
        const requestId = answer.headers.get("x-request-id")
        const own = lines.filter((line) => line["request_id"] === requestId)
        assert.strictEqual(own.length, 1)
        return { answer, line: own[0] ?? {} }
      })
      const opened = yield* lineOf("POST", "/v1/tickets", { title: "On record", description: "" })
      const { id, number } = opened.answer.json.data
      assert.deepInclude(opened.line, { ticket_id: id, user_id: personIds.carla, route: "/v1/tickets", status: 201 })
      assert.deepInclude((yield* lineOf("GET", `/v1/tickets/${number}`)).line, { ticket_id: id })
      assert.deepInclude((yield* lineOf("GET", `/v1/tickets/${id}/history`)).line, { ticket_id: id })
      for (const hidden of [id, "0198c7a2-6e02-7a51-b0c9-7d3f15e86a24"]) {
        const { answer, line } = yield* lineOf("GET", `/v1/tickets/${hidden}`, undefined, "chris")
        assert.strictEqual(answer.status, 404)
        assert.deepInclude(line, { ticket_id: hidden, route: "/v1/tickets/:id", status: 404 })
      }
      for (const made of ["nonsense", "not-a-ticket%0Ainjected"]) {
        assert.notProperty((yield* lineOf("GET", `/v1/tickets/${made}`)).line, "ticket_id")
      }
    }))

  it.effect.each(["", "/number", "?status=open"])(
    "says of whoever hangs up that they have, once nothing is done for them any more (%s)",
    (what) =>
      Effect.gen(function*() {
        const { fetch, tokenOf } = yield* TestHttp
        const lines = yield* Logged
        const hungUp = new AbortController()
        const requestId = crypto.randomUUID()
        const headers = {
          authorization: `Bearer ${yield* tokenOf("carla")}`,
          "cache-control": "no-cache",
          "x-request-id": requestId
        }
        yield* asOwner(Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const waiting = Effect.map(
            sql`select 1 from pg_locks where not granted and relation = 'tickets'::regclass`,
            ({ length }) => length
          )
          const until = (isIt: (count: number) => boolean) =>
            Effect.repeat(waiting, { until: isIt, schedule: Schedule.spaced("5 millis") })
          yield* sql.withTransaction(Effect.gen(function*() {
            yield* sql`lock table tickets in access exclusive mode`
            const path = `/v1/tickets${what === "/number" ? "/1" : what}`
            const answer = fetch(new Request(`http://desk.test${path}`, { headers, signal: hungUp.signal })).catch(
              () => {}
            )
            yield* until((count) => count > 0)
            hungUp.abort()
            yield* until((count) => count === 0)
            yield* Effect.promise(() => answer)
          }))
        }))
        const own = yield* Effect.sync(() => lines.filter((line) => line["request_id"] === requestId)).pipe(
          Effect.repeat({ until: ({ length }) => length > 0, schedule: Schedule.spaced("5 millis") })
        )
        assert.deepStrictEqual(own.map(({ status }) => status), [499])
      })
  )

  it.effect("names the session or the API token through which somebody acts", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const lines = yield* Logged
      const lineOf = Effect.fnUntraced(function*(who: Ask) {
        const answer = yield* ask("GET", "/v1/me", who)
        return lines.find((line) => line["request_id"] === answer.headers.get("x-request-id")) ?? {}
      })
      const body = { name: "x", scopes: [{ permission: "ticket:read", scope: "own" }] }
      const { json } = yield* ask("POST", "/v1/api-tokens", { as: "carla", body })
      const machine = yield* lineOf({ token: json.data.token })
      assert.deepInclude(machine, { user_id: personIds.carla, api_token_id: json.data.id })
      assert.notProperty(machine, "session_id")
      const session = yield* lineOf({ as: "carla" })
      assert.match(String(session["session_id"]), /^[0-9a-f-]{36}$/)
      assert.notProperty(session, "api_token_id")
    }))
})

import { assert, layer } from "@effect/vitest"
import { emailOf, passwordOf, personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

/** What a request has left behind, by its id. */
const leftBy = Effect.fnUntraced(function*(requestId: string) {
  const sql = yield* SqlClient.SqlClient
  const audit = yield* sql<
    { action: string }
  >`select action from audit_log where request_id = ${requestId} order by seq`
  const events = yield* sql<{ type: string; traceparent: string }>`
    select type, traceparent from events where request_id = ${requestId} order by position`
  return { audit: audit.map(({ action }) => action), events }
})

/** Everything that can be done, and the action under which it is written down. */
const commands: ReadonlyArray<[string, (id: string) => readonly [string, string, Ask]]> = [
  ["ticket.created", () => ["POST", "/v1/tickets", { as: "carla", body: { title: "x", description: "" } }]],
  ["ticket.updated", (id) => ["PATCH", `/v1/tickets/${id}`, { as: "ada", body: { priority: "urgent" } }]],
  ["ticket.assigned", (id) => ["POST", `/v1/tickets/${id}/claim`, { as: "ada" }]],
  ["ticket.assigned", (id) => ["PUT", `/v1/tickets/${id}/assignee`, { as: "ada", body: { assigneeId: null } }]],
  ["ticket.status_changed", (id) => ["PATCH", `/v1/tickets/${id}/status`, { as: "ada", body: { status: "waiting" } }]],
  ["message.sent", (id) => ["POST", `/v1/tickets/${id}/messages`, { as: "carla", body: { body: "x" } }]],
  ["user.created", () => ["POST", "/v1/users", { as: "alex", body: { email: "w@test.local", name: "W" } }]],
  ["user.updated", () => ["PATCH", `/v1/users/${personIds.chris}`, { as: "alex", body: { name: "Chris W." } }]],
  [
    "user.roles_changed",
    () => ["PUT", `/v1/users/${personIds.chris}/roles`, { as: "alex", body: { roles: ["agent"] } }]
  ],
  ["team.created", () => ["POST", "/v1/teams", { as: "alex", body: { name: "Night shift" } }]],
  ["team.member_added", () => ["PUT", `/v1/teams/${teamIds.Network}/members/${personIds.ada}`, { as: "alex" }]],
  ["team.member_removed", () => ["DELETE", `/v1/teams/${teamIds.Network}/members/${personIds.ada}`, { as: "alex" }]]
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("what a request leaves behind", (it) => {
  it.effect("is one audit row and one event, each with the id that the client gave and in the client's trace", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      for (const [at, [action, command]] of commands.entries()) {
        const requestId = `asked-by-a-client.${at}`
        const [method, path, what] = command(id)
        const answer = yield* ask(method, path, { ...what, headers: { "x-request-id": requestId, traceparent } })
        assert.isBelow(answer.status, 300, action)
        assert.strictEqual(answer.headers.get("x-request-id"), requestId)
        const { audit, events } = yield* leftBy(requestId)
        assert.deepStrictEqual(audit, [action])
        assert.deepStrictEqual(events.map(({ type }) => type), [action])
        for (const event of events) {
          const [version, trace, span, flags] = event.traceparent.split("-")
          assert.deepStrictEqual([version, trace, flags], ["00", traceId, "01"])
          assert.match(span ?? "", /^[0-9a-f]{16}$/)
          assert.notStrictEqual(span, "00f067aa0ba902b7", "the client's own span is the parent, not this request")
        }
      }
    }))

  it.effect("is told to whoever reads the audit or the ticket's events", () =>
    Effect.gen(function*() {
      const headers = { "x-request-id": "asked-by-a-client.events", traceparent }
      const { id } = yield* done("POST", "/v1/tickets", { as: "carla", body: { title: "x", description: "" }, headers })
      const [event] = yield* done("GET", `/v1/tickets/${id}/events`, { as: "carla" })
      assert.strictEqual(event.requestId, "asked-by-a-client.events")
      assert.include(event.traceparent, traceId)
      const [entry] = yield* done("GET", `/v1/audit-events?entityId=${id}`, { as: "alex" })
      assert.deepInclude(entry, { requestId: "asked-by-a-client.events", actorId: personIds.carla })
    }))

  it.effect("carries an id and a trace of the desk's own where the client gave none, or none that is sane", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const strange: ReadonlyArray<Record<string, string>> = [
        {},
        { "x-request-id": "short" },
        { "x-request-id": "with a blank in it" },
        { "x-request-id": "x".repeat(129) },
        { "x-request-id": "a'; drop table audit_log; --" },
        { traceparent: "00-00000000000000000000000000000000-00f067aa0ba902b7-01" },
        { traceparent: `ff-${traceId}-00f067aa0ba902b7-01` },
        { traceparent: "nonsense" }
      ]
      const traces = new Set<string | undefined>()
      for (const headers of strange) {
        const body = { title: "x", description: "" }
        const answer = yield* ask("POST", "/v1/tickets", { as: "carla", body, headers })
        const requestId = answer.headers.get("x-request-id") ?? ""
        assert.match(requestId, /^[A-Za-z0-9._-]{8,128}$/)
        assert.notStrictEqual(requestId, headers["x-request-id"])
        const [entry] = yield* auditOf(answer.json.data.id)
        const [event] = yield* eventsOf(answer.json.data.id)
        assert.deepStrictEqual([entry?.requestId, event?.requestId], [requestId, requestId])
        assert.match(event?.traceparent ?? "", /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/)
        assert.notInclude(event?.traceparent, traceId)
        traces.add(event?.traceparent?.split("-")[1])
      }
      assert.strictEqual(traces.size, strange.length, "two requests share a trace")
    }))

  it.effect("is an audit row and no event where somebody signs in, or may not", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const signIn = (password: string, requestId: string) =>
        ask("POST", "/v1/auth/login", {
          body: { email: emailOf("ada"), password },
          headers: { "x-request-id": requestId }
        })
      assert.strictEqual((yield* signIn(passwordOf("ada"), "ada-signs-in")).status, 200)
      assert.strictEqual((yield* signIn("guess", "somebody-guesses")).status, 401)
      assert.deepStrictEqual(yield* leftBy("ada-signs-in"), { audit: ["session.started"], events: [] })
      assert.deepStrictEqual(yield* leftBy("somebody-guesses"), { audit: ["session.refused"], events: [] })
    }))

  it.effect("is nothing where nothing changed, or nothing was allowed", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket = yield* opened("carla", { teamId: teamIds.Support, priority: "high" })
      const path = `/v1/tickets/${ticket.id}`
      const same = {
        title: ticket.title,
        description: ticket.description,
        type: ticket.type,
        priority: "high",
        teamId: teamIds.Support
      }
      const nothing: ReadonlyArray<[number, string, string, Ask]> = [
        [200, "PATCH", path, { as: "ada", body: {} }],
        [200, "PATCH", path, { as: "ada", body: same }],
        [200, "PUT", `${path}/assignee`, { as: "ada", body: { assigneeId: null } }],
        [403, "PATCH", path, { as: "carla", body: { priority: "urgent" } }],
        [404, "PATCH", path, { as: "nora", body: { priority: "urgent" } }],
        [409, "PATCH", `${path}/status`, { as: "ada", body: { status: "open" } }],
        [400, "PATCH", path, { as: "ada", body: { priority: "most" } }],
        [400, "PATCH", path, { as: "ada", body: { teamId: "0198c7a2-0000-7000-8000-0000000000ff" } }],
        [400, "PUT", `${path}/assignee`, { as: "ada", body: { assigneeId: personIds.carla } }],
        [401, "PATCH", path, { body: { priority: "urgent" } }]
      ]
      for (const [at, [status, method, where, what]] of nothing.entries()) {
        const requestId = `nothing-comes-of-this.${at}`
        const answer = yield* ask(method, where, { ...what, headers: { "x-request-id": requestId } })
        assert.strictEqual(answer.status, status, requestId)
        if (status === 200) assert.deepStrictEqual(answer.json.data, ticket)
        assert.deepStrictEqual(yield* leftBy(requestId), { audit: [], events: [] })
      }
      assert.deepStrictEqual(yield* done("GET", path, { as: "ada" }), ticket)
      assert.deepStrictEqual((yield* eventsOf(ticket.id)).map(({ seq }) => seq), [1])
    }))
})

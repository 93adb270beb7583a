import { assert, layer } from "@effect/vitest"
import { eventTypes } from "@opsdesk/testkit/docs/events"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestHttp } from "./TestHttp.ts"

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever reads docs/events.md", (it) => {
  it.effect("finds each event there that the desk tells, and in each what is promised", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const as = "alex"
      const { json } = yield* ask("POST", "/v1/tickets", { as, body: { title: "x", description: "" } })
      const ticket = `/v1/tickets/${json.data.id}`
      yield* ask("PATCH", ticket, { as, body: { title: "y", priority: "high", teamId: teamIds.Support } })
      yield* ask("PUT", `${ticket}/assignee`, { as, body: { assigneeId: personIds.ada } })
      yield* ask("PUT", `${ticket}/assignee`, { as, body: { assigneeId: null } })
      yield* ask("PATCH", `${ticket}/status`, { as, body: { status: "waiting", comment: "a while" } })
      yield* ask("POST", `${ticket}/messages`, { as, body: { body: "Hm", visibility: "internal" } })
      const made = yield* ask("POST", "/v1/users", { as, body: { email: "new@test.local", name: "New" } })
      const user = `/v1/users/${made.json.data.id}`
      yield* ask("PATCH", user, { as, body: { name: "Newer" } })
      yield* ask("PUT", `${user}/roles`, { as, body: { roles: ["agent"] } })
      const team = yield* ask("POST", "/v1/teams", { as, body: { name: "New ones" } })
      yield* ask("PUT", `/v1/teams/${team.json.data.id}/members/${personIds.ada}`, { as })
      yield* ask("DELETE", `/v1/teams/${team.json.data.id}/members/${personIds.ada}`, { as })

      const events = yield* sql<{ type: string; payload: unknown }>`select type, payload from events order by position`
      assert.deepStrictEqual(
        [...new Set(events.map(({ type }) => type))].toSorted(),
        Object.keys(eventTypes).toSorted()
      )
      const faults = events.flatMap(({ payload, type }) => {
        const declared = eventTypes[type]
        if (declared === undefined) return [`${type} is not declared`]
        const read = Schema.decodeUnknownExit(Schema.Struct({ payload: declared.payload }), {
          onExcessProperty: "error"
        })({ payload })
        return read._tag === "Success" ? [] : [`${type}: ${read.cause}`]
      })
      assert.deepStrictEqual(faults, [])
    }))
})

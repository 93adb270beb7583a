import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestHttp } from "./TestHttp.ts"

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a ticket's way", (it) => {
  it.effect("a customer opens it, an agent works it, and every step is on the record", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const opened = yield* ask("POST", "/v1/tickets", { as: "carla", body: { title: "No sound", description: "…" } })
      assert.strictEqual(opened.status, 201)
      const path = `/v1/tickets/${opened.json.data.id}`
      assert.strictEqual(opened.headers.get("location"), path)

      const claimed = yield* ask("POST", `${path}/claim`, { as: "ada" })
      assert.strictEqual(claimed.json.data.assigneeId.length, 36)
      for (const status of ["in_progress", "waiting", "resolved", "closed"]) {
        const moved = yield* ask("PATCH", `${path}/status`, { as: "ada", body: { status } })
        assert.deepStrictEqual([moved.status, moved.json.data.status], [200, status])
      }
      const history = yield* ask("GET", `${path}/history`, { as: "carla" })
      assert.deepStrictEqual(
        history.json.data.map(({ from, to }: { from: string; to: string }) => [from, to]),
        [[null, "open"], ["open", "in_progress"], ["in_progress", "waiting"], ["waiting", "resolved"], [
          "resolved",
          "closed"
        ]]
      )
      const audit = yield* ask("GET", `/v1/audit-events?entityId=${opened.json.data.id}`, { as: "alex" })
      assert.strictEqual(audit.json.data.length, 6)
      const sql = yield* SqlClient.SqlClient
      const events = yield* sql<
        { seq: number }
      >`select seq from events where ticket_id = ${opened.json.data.id} order by seq`
      assert.deepStrictEqual(events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6])
    }))
})

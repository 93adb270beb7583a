import { assert, layer } from "@effect/vitest"
import { ReportBuilder } from "@opsdesk/reports/ReportBuilder"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { Postgres15 } from "@opsdesk/testkit/Postgres15"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

layer(Postgres15.layer, { excludeTestServices: true })("on PostgreSQL 15", (it) => {
  it.effect("a ticket goes its way, is found by its words, and leaves its record", () =>
    Effect.gen(function*() {
      const { url } = yield* Postgres15
      yield* Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const [version] = yield* sql<{ major: number }>`
          select current_setting('server_version_num')::integer / 10000 as major`
        assert.strictEqual(version?.major, 15)

        const { ask } = yield* TestHttp
        const opened = yield* ask("POST", "/v1/tickets", {
          as: "carla",
          body: { title: "Old server", description: "" }
        })
        assert.strictEqual(opened.status, 201)
        const path = `/v1/tickets/${opened.json.data.id}`
        assert.strictEqual((yield* ask("POST", `${path}/claim`, { as: "ada" })).status, 200)
        const note = { body: "fifteen whispers", visibility: "internal" }
        assert.strictEqual((yield* ask("POST", `${path}/messages`, { as: "ada", body: note })).status, 201)
        const closed = yield* ask("PATCH", `${path}/status`, { as: "ada", body: { status: "closed" } })
        assert.strictEqual(closed.status, 200)
        const found = yield* ask("GET", "/v1/tickets?q=whispers&sort=-priority,createdAt&include=total", { as: "ada" })
        assert.strictEqual(found.json.page.total, 1)
        assert.strictEqual((yield* ask("GET", "/v1/tickets?q=whispers", { as: "carla" })).json.data.length, 0)
        const history = yield* ask("GET", `${path}/history`, { as: "carla" })
        assert.deepStrictEqual(history.json.data.map(({ to }: { to: string }) => to), ["open", "closed"])
        const audit = yield* ask("GET", `/v1/audit-events?entityId=${opened.json.data.id}`, { as: "alex" })
        assert.strictEqual(audit.json.data.length, 3)
        const change = yield* Effect.exit(sql`update audit_log set action = 'nothing happened'`)
        assert.strictEqual(change._tag, "Failure")
      }).pipe(Effect.provide(TestHttp.layer("peopled", url)))
    }))

  it.effect("every other address does its work, lists page by page among them", () =>
    Effect.gen(function*() {
      const { url } = yield* Postgres15
      yield* Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const done = (method: string, path: string, more: Ask = {}) =>
          Effect.map(ask(method, path, { as: "alex", ...more }), (answer) => {
            assert.include([200, 201, 204], answer.status, `${method} ${path}: ${answer.text}`)
            return answer.json
          })
        const credentials = { email: emailOf("ada"), password: passwordOf("ada") }
        const session = yield* done("POST", "/v1/auth/login", { body: credentials })
        const me = yield* ask("GET", "/v1/me", { token: session.data.accessToken })
        assert.deepStrictEqual([me.status, me.json.data.email], [200, emailOf("ada")])

        const user = yield* done("POST", "/v1/users", {
          body: { email: "new@test.local", name: "New", roles: ["agent"] }
        })
        const team = yield* done("POST", "/v1/teams", { body: { name: "Fifteen" } })
        const [userPath, teamPath] = [`/v1/users/${user.data.id}`, `/v1/teams/${team.data.id}`]
        yield* done("PUT", `${teamPath}/members/${user.data.id}`)
        assert.deepStrictEqual((yield* done("GET", userPath)).data.teamIds, [team.data.id])
        yield* done("DELETE", `${teamPath}/members/${user.data.id}`)
        assert.deepStrictEqual((yield* done("GET", teamPath)).data.memberIds, [])
        yield* done("PATCH", userPath, { body: { name: "Newer", teamIds: [team.data.id] } })
        yield* done("PUT", `${userPath}/roles`, { body: { roles: ["agent", "customer"] } })

        const ticket = yield* done("POST", "/v1/tickets", { body: { title: "Fifteen", description: "" } })
        const path = `/v1/tickets/${ticket.data.id}`
        yield* done("POST", "/v1/tickets", { body: { title: "Sixteen", description: "" } })
        yield* done("PATCH", path, { body: { priority: "urgent", teamId: team.data.id } })
        yield* done("PUT", `${path}/assignee`, { body: { assigneeId: user.data.id } })
        const said = yield* done("POST", `${path}/messages`, { body: { body: "hello", clientMessageId: "1" } })
        yield* done("GET", `${path}/messages/${said.data.id}`)
        assert.deepStrictEqual((yield* done("GET", `${path}/messages`)).data, [said.data])
        assert.strictEqual((yield* done("GET", `/v1/tickets/${ticket.data.number}`)).data.version, 3)
        const events = yield* done("GET", `${path}/events?after=1`)
        assert.deepStrictEqual(events.data.map(({ seq }: { seq: number }) => seq), [2, 3, 4])

        for (const list of ["users", "teams", "roles", "permissions", "tickets", "audit-events"]) {
          const first = yield* done("GET", `/v1/${list}?limit=1&include=total`)
          assert.strictEqual(first.data.length, 1, list)
          assert.isAtLeast(first.page.total, 2, list)
          const second = yield* done("GET", `/v1/${list}?limit=1&cursor=${encodeURIComponent(first.page.nextCursor)}`)
          assert.notDeepEqual(second.data, first.data, list)
        }
        yield* Effect.flatMap(ReportBuilder, (builder) => builder.rebuild()).pipe(Effect.provide(ReportBuilder.layer))
        const report = yield* done("GET", "/v1/reports/daily")
        assert.isAtLeast(report.data.opened, 2)
        assert.lengthOf(report.data.teams, 2)
        const ready = yield* done("GET", "/health/ready")
        assert.deepStrictEqual([ready.status, ready.dependencies.length], ["up", 2])
      }).pipe(Effect.provide(TestHttp.layer("peopled", url)))
    }))
})

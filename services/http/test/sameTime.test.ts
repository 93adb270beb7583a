import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { hired } from "./hired.ts"
import { done, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

const times = (count: number) => Array.from({ length: count }, (_, at) => at)

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("changes of people at the same time", (it) => {
  it.effect("ten who put the same person into a team leave one trace of it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const path = `/v1/teams/${teamIds.Network}/members/${personIds.ada}`
      const answers = yield* Effect.forEach(times(10), () => ask("PUT", path, { as: "alex" }), {
        concurrency: "unbounded"
      })
      for (const { json, status } of answers) {
        assert.deepStrictEqual([status, json.data.memberIds.includes(personIds.ada)], [200, true])
      }
      const audit = yield* ask("GET", "/v1/audit-events?action=team.member_added", { as: "alex" })
      assert.strictEqual(audit.json.data.length, 1)
    }))

  it.effect("many changes of somebody's roles follow one from the other in the record", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const wanted = [["agent"], ["admin"], ["customer"]]
      yield* Effect.forEach(times(12), (at) =>
        ask("PUT", `/v1/users/${personIds.chris}/roles`, { as: "alex", body: { roles: wanted[at % 3] } }), {
        concurrency: "unbounded"
      })
      const audit = yield* ask("GET", `/v1/audit-events?action=user.roles_changed&entityId=${personIds.chris}`, {
        as: "alex"
      })
      const steps: ReadonlyArray<{ before: { roles: unknown }; after: { roles: unknown } }> = audit.json.data
        .toReversed()
      assert.isAtLeast(steps.length, 2)
      assert.deepStrictEqual(steps[0]?.before.roles, ["customer"])
      for (const [at, step] of steps.entries()) {
        if (at > 0) {
          assert.deepStrictEqual(step.before, steps[at - 1]?.after)
        }
      }
      const now = yield* ask("GET", `/v1/users/${personIds.chris}`, { as: "alex" })
      assert.deepStrictEqual(now.json.data.roles, steps.at(-1)?.after.roles)
    }))

  it.effect("a person's teams and a team's people changed from both sides agree in the end", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answers = yield* Effect.forEach(times(24), (at) =>
        at % 2 === 0
          ? ask("PATCH", `/v1/users/${personIds.amir}`, {
            as: "alex",
            body: { teamIds: at % 4 === 0 ? [teamIds.Support] : [teamIds.Network, teamIds.Support] }
          })
          : ask(at % 3 === 0 ? "PUT" : "DELETE", `/v1/teams/${teamIds.Network}/members/${personIds.amir}`, {
            as: "alex"
          }), { concurrency: "unbounded" })
      assert.deepStrictEqual(answers.filter(({ status }) => status !== 200), [])
      const user = yield* ask("GET", `/v1/users/${personIds.amir}`, { as: "alex" })
      const team = yield* ask("GET", `/v1/teams/${teamIds.Network}`, { as: "alex" })
      assert.strictEqual(
        user.json.data.teamIds.includes(teamIds.Network),
        team.json.data.memberIds.includes(personIds.amir)
      )
    }))

  it.effect("nobody is given a ticket, or takes one, once their account is closed", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const { data: leaver, token: session } = yield* hired("leaver", { roles: ["agent"] })
      const scopes = ["ticket:read", "ticket:assign"].map((permission) => ({ permission, scope: "team" }))
      // It outlives that the account is closed for a while, as a session does not.
      const { token } = yield* done("POST", "/v1/api-tokens", { token: session, body: { name: "taker", scopes } })
      const account = `/v1/users/${leaver.id}`
      for (const round of times(60)) {
        const { id } = yield* opened("carla")
        const [given, closed] = yield* Effect.all([
          round % 2 === 0
            ? ask("PUT", `/v1/tickets/${id}/assignee`, { as: "alex", body: { assigneeId: leaver.id } })
            : ask("POST", `/v1/tickets/${id}/claim`, { token }),
          ask("PATCH", account, { as: "alex", body: { active: false } })
        ], { concurrency: "unbounded" })
        assert.include([200, 400, 401, 403], given.status, given.text)
        assert.strictEqual(closed.status, 200, closed.text)
        const late = yield* sql`
          select from audit_log given join audit_log closed on given.seq > closed.seq
          where given.entity_id = ${id} and given.action = 'ticket.assigned'
            and closed.request_id = ${closed.headers.get("x-request-id")}`
        assert.strictEqual(late.length, 0, `round ${round}: given to somebody whose account was closed`)
        yield* done("PATCH", account, { as: "alex", body: { active: true } })
      }
    }))
})

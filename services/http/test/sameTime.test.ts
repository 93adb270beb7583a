import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
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
})

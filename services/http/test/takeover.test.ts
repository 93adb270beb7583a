import { assert, layer } from "@effect/vitest"
import { emailOf, personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { grant, hired, roleMade } from "./hired.ts"
import { auditOf, done, opened } from "./onRecord.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const statusOf = Effect.fnUntraced(function*(method: string, path: string, what: Ask) {
  const { ask } = yield* TestHttp
  return (yield* ask(method, path, what)).status
})

/** Somebody who deals with accounts, and sees what a customer or an agent of Support does. */
const personnel = Effect.fnUntraced(function*(name: string, ...more: ReadonlyArray<string>) {
  yield* roleMade(name, grant("user:read", "any"), grant("user:write", "any"))
  return yield* hired(name, { roles: [name, ...more], teamIds: more.includes("agent") ? [teamIds.Support] : [] })
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever deals with accounts", (it) => {
  it.effect("becomes nobody whose own tickets they cannot see", () =>
    Effect.gen(function*() {
      const { token } = yield* personnel("petra", "customer")
      const carla = `/v1/users/${personIds.carla}`
      for (const body of [{ password: "hers from now on" }, { email: "petra2@test.local" }]) {
        assert.strictEqual(yield* statusOf("PATCH", carla, { token, body }), 403)
      }
      assert.strictEqual((yield* done("GET", carla, { as: "alex" })).email, emailOf("carla"))
      assert.deepStrictEqual(yield* auditOf(personIds.carla), [])
      // To close an account opens nothing, nor does a name; and an admin sees every ticket anyway.
      yield* done("PATCH", carla, { token, body: { active: false, name: "Carla C." } })
      yield* done("PATCH", carla, { as: "alex", body: { active: true, password: "a password of the admin's" } })
    }))

  it.effect("becomes nobody who works in another team", () =>
    Effect.gen(function*() {
      const { data, token } = yield* personnel("paul", "agent")
      const nora = `/v1/users/${personIds.nora}`
      assert.strictEqual(yield* statusOf("PATCH", nora, { token, body: { password: "his from now on" } }), 403)
      // Nor one of their own team, who may have other tickets assigned.
      assert.strictEqual(
        yield* statusOf("PATCH", `/v1/users/${personIds.amir}`, { token, body: { password: "his from now on" } }),
        403
      )
      yield* done("PATCH", `/v1/users/${data.id}`, { token, body: { email: "paul.p@test.local" } })
    }))

  it.effect("brings nobody into a team without being one who deals with teams, themselves least", () =>
    Effect.gen(function*() {
      const { data, token } = yield* personnel("pia", "agent")
      const ticket = yield* opened("chris", { teamId: teamIds.Network })
      const body = { teamIds: [teamIds.Support, teamIds.Network] }
      assert.strictEqual(yield* statusOf("PATCH", `/v1/users/${data.id}`, { token, body }), 403)
      assert.strictEqual(yield* statusOf("PATCH", `/v1/users/${data.id}`, { token, body: { teamIds: [] } }), 403)
      const made = { email: "x@test.local", name: "X", roles: ["agent"], teamIds: [teamIds.Network] }
      assert.strictEqual(yield* statusOf("POST", "/v1/users", { token, body: made }), 403)
      assert.strictEqual(yield* statusOf("GET", `/v1/tickets/${ticket.id}`, { token }), 404)
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever deals with teams", (it) => {
  it.effect("brings into their own team whom they like, and into another nobody who could see more than they", () =>
    Effect.gen(function*() {
      yield* roleMade("lead", grant("user:read", "any"), grant("user:write", "any"), grant("team:write", "any"))
      const { data, token } = yield* hired("lea", { roles: ["lead", "agent"], teamIds: [teamIds.Support] })
      const member = (team: string, user: string) => `/v1/teams/${team}/members/${user}`
      const { data: newcomer } = yield* hired("nick", { roles: ["agent"] })
      const { data: customer } = yield* hired("cora", { roles: ["customer"] })
      assert.strictEqual(yield* statusOf("PUT", member(teamIds.Support, newcomer.id), { token }), 200)
      for (const user of [data.id, newcomer.id]) {
        assert.strictEqual(yield* statusOf("PUT", member(teamIds.Network, user), { token }), 403)
        const body = { teamIds: [teamIds.Support, teamIds.Network] }
        assert.strictEqual(yield* statusOf("PATCH", `/v1/users/${user}`, { token, body }), 403)
      }
      // Whose roles say nothing of teams sees no more for being in one.
      assert.strictEqual(yield* statusOf("PUT", member(teamIds.Network, customer.id), { token }), 200)
      assert.strictEqual(yield* statusOf("DELETE", member(teamIds.Support, newcomer.id), { token }), 200)
      assert.strictEqual(yield* statusOf("PUT", member(teamIds.Network, newcomer.id), { as: "alex" }), 200)
    }))
})

import { assert, layer } from "@effect/vitest"
import type { Permission, Scope } from "@opsdesk/access/Permission"
import { permissionNames } from "@opsdesk/access/Permission"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import { grant, hired, roleMade } from "./hired.ts"
import { done, opened } from "./onRecord.ts"
import type { Answer, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const explained = (user: string, permission: string, ticket?: string | number): Effect.Effect<Json, never, TestHttp> =>
  done(
    "GET",
    `/v1/access/explain?user=${user}&permission=${permission}${ticket === undefined ? "" : `&ticket=${ticket}`}`,
    { as: "alex" }
  )

const isOk = ({ status }: Answer) => status < 300

interface Trial {
  readonly token: string
  readonly ticket: Json
  readonly spare: string
}

/**
 * Somebody tries for real what a permission is for. What changes nothing is preferred; a closed ticket that is closed again
 * is refused for its status (409) to those who may close it.
 */
const tries: Record<Permission, (trial: Trial) => Effect.Effect<boolean, never, TestHttp>> = (() => {
  const asking = (
    method: string,
    address: (trial: Trial) => string,
    body?: (trial: Trial) => object,
    isYes: (answer: Answer, trial: Trial) => boolean = isOk
  ) =>
  (trial: Trial) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { token } = trial
      return isYes(
        yield* ask(method, address(trial), { token, ...(body === undefined ? {} : { body: body(trial) }) }),
        trial
      )
    })
  const on = (rest: string) => ({ ticket }: Trial) => `/v1/tickets/${ticket.id}${rest}`
  const user = (rest: string) => ({ spare }: Trial) => `/v1/users/${spare}${rest}`
  const reads = (visibility: string) => ({ json, status }: Answer) =>
    status === 200 && json.data.some((message: Json) => message.visibility === visibility)
  const moves = (status: string) =>
    asking("PATCH", on("/status"), () => ({ status }), (answer) => [200, 409].includes(answer.status))
  return {
    "ticket:create": asking("POST", () => "/v1/tickets", () => ({ title: "Mine", description: "" })),
    "ticket:read": asking("GET", on("")),
    "ticket:update": asking("PATCH", on(""), () => ({})),
    "ticket:assign": asking("PUT", on("/assignee"), ({ ticket }) => ({ assigneeId: ticket.assigneeId })),
    "ticket:close": moves("closed"),
    // Last of all: it opens the ticket, and every trial has one of its own.
    "ticket:reopen": moves("open"),
    "message:read": asking("GET", on("/messages"), undefined, reads("public")),
    "message:send": asking("POST", on("/messages"), () => ({ body: "Hm" })),
    "message:read_internal": asking("GET", on("/messages"), undefined, reads("internal")),
    "message:send_internal": asking("POST", on("/messages"), () => ({ body: "Hm", visibility: "internal" })),
    "user:read": asking("GET", user("")),
    "user:write": asking("PATCH", user(""), () => ({})),
    "role:write": asking("PUT", user("/roles"), () => ({ roles: ["customer"] })),
    "team:write": asking("PUT", () => `/v1/teams/${teamIds.Support}/members/${personIds.ada}`),
    "audit:read": asking("GET", () => "/v1/audit-events"),
    "report:read": asking("GET", () => "/v1/reports/daily"),
    "operations:manage": asking("GET", () => "/v1/admin/dead-letters")
  }
})()

const scopes = ["own", "team", "any"] as const satisfies ReadonlyArray<Scope>

/** Any grants, so that most of a permission's combinations come up; and how the ticket stands to who has them. */
const someCase = fc.record({
  grants: fc.array(fc.record({ permission: fc.constantFrom(...permissionNames), scope: fc.constantFrom(...scopes) }), {
    maxLength: 14
  }),
  sees: fc.subarray([...scopes], { minLength: 0 }),
  inTeam: fc.boolean(),
  requester: fc.constantFrom("themselves", "carla"),
  assigned: fc.boolean(),
  teamId: fc.constantFrom(null, teamIds.Support, teamIds.Network)
})

type Case = typeof someCase extends fc.Arbitrary<infer One> ? One : never

layer(TestHttp.layer("peopled"), { excludeTestServices: true, timeout: "120 seconds" })("why somebody may", (it) => {
  it.effect("is answered with yes exactly when the desk lets that person do it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const role = yield* roleMade("any-role")
      const { data: person, token } = yield* hired("pat", { roles: ["any-role"] })
      const { data: spare } = yield* hired("spare", { roles: ["customer"] })
      const run = Effect.runPromiseWith(yield* Effect.context<TestHttp>())
      const seen = new Set<string>()

      const agree = Effect.fnUntraced(function*(one: Case) {
        const all = [...one.grants, ...one.sees.map((scope) => grant("ticket:read", scope))]
        const permissions = [...new Map(all.map((each) => [`${each.permission} ${each.scope}`, each])).values()]
        yield* done("PUT", `/v1/roles/${role.id}/permissions`, { as: "alex", body: { permissions } })
        yield* done(one.inTeam ? "PUT" : "DELETE", `/v1/teams/${teamIds.Support}/members/${person.id}`, { as: "alex" })
        const requesterId = one.requester === "carla" ? personIds.carla : person.id
        const { id } = yield* opened("alex", { requesterId, teamId: one.teamId })
        for (const visibility of ["public", "internal"]) {
          yield* done("POST", `/v1/tickets/${id}/messages`, { as: "alex", body: { body: "Hm", visibility } })
        }
        // Past the rule that only those are assigned who work on tickets: what is asked here is who may.
        if (one.assigned) yield* Effect.orDie(sql`update tickets set assignee_id = ${person.id} where id = ${id}`)
        yield* done("PATCH", `/v1/tickets/${id}/status`, { as: "alex", body: { status: "closed" } })
        const ticket = yield* done("GET", `/v1/tickets/${id}`, { as: "alex" })
        const trial = { token, ticket, spare: spare.id }
        // Opening comes last, as it undoes what closing is tried on.
        for (
          const permission of permissionNames.toSorted((a, b) =>
            Number(a === "ticket:reopen") - Number(b === "ticket:reopen")
          )
        ) {
          const why = yield* explained(person.id, permission, one.inTeam ? id : ticket.number)
          const may = yield* tries[permission](trial)
          assert.strictEqual(why.allowed, may, `${permission} ${JSON.stringify([why, one])}`)
          assert.strictEqual(why.grant !== null, may)
          if (why.grant !== null) {
            assert.deepInclude(permissions, grant(why.grant.permission, why.grant.scope))
            assert.deepInclude(why.grant, { role: "any-role", permission })
          }
          seen.add(why.rule)
        }
      })

      yield* Effect.promise(() => fc.assert(fc.asyncProperty(someCase, (one) => run(agree(one))), { numRuns: 40 }))
      assert.includeMembers([...seen], [
        "scope-any",
        "scope-team",
        "scope-own",
        "no-grant",
        "needs-any",
        "not-own",
        "not-in-team",
        "not-visible"
      ])
    }), 120_000)

  it.effect("names the role and the scope that decide, or the rule that stands in the way", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("carla", { teamId: teamIds.Network })
      const inShort = Effect.fnUntraced(function*(person: keyof typeof personIds, permission: string, about?: string) {
        const { allowed, grant: through, rule } = yield* explained(personIds[person], permission, about)
        return [allowed, rule, through === null ? null : `${through.role} ${through.scope}`]
      })
      assert.deepStrictEqual(yield* inShort("alex", "ticket:update", ticket.id), [true, "scope-any", "admin any"])
      assert.deepStrictEqual(yield* inShort("nora", "ticket:update", ticket.id), [true, "scope-team", "agent team"])
      assert.deepStrictEqual(yield* inShort("ada", "ticket:update", ticket.id), [false, "not-in-team", null])
      assert.deepStrictEqual(yield* inShort("carla", "ticket:close", ticket.id), [true, "scope-own", "customer own"])
      assert.deepStrictEqual(yield* inShort("chris", "ticket:close", ticket.id), [false, "not-own", null])
      assert.deepStrictEqual(yield* inShort("carla", "ticket:update", ticket.id), [false, "no-grant", null])
      assert.deepStrictEqual(yield* inShort("dora", "ticket:update", ticket.id), [false, "deactivated", null])
      // Without a ticket: for some of them.
      assert.deepStrictEqual(yield* inShort("ada", "ticket:update"), [true, "scope-team", "agent team"])
      assert.deepStrictEqual(yield* inShort("ada", "user:read"), [true, "scope-any", "agent any"])
      assert.deepStrictEqual(yield* inShort("carla", "ticket:create"), [true, "scope-own", "customer own"])
    }))

  it.effect("is told to whoever gives roles, of people and tickets that are there", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket = yield* opened("carla")
      const nobody = "0198c7a2-0000-7000-8000-0000000000ff"
      const asked = (query: string) =>
        Effect.map(
          ask("GET", `/v1/access/explain?${query}`, { as: "alex" }),
          (answer) => [answer.status, answer.json.errors?.map(({ parameter }: Json) => parameter)]
        )
      assert.deepStrictEqual(yield* asked(`user=${nobody}&permission=ticket:read`), [400, ["user"]])
      for (const missing of [nobody, "999999", "abc"]) {
        const query = `user=${personIds.ada}&permission=ticket:read&ticket=${missing}`
        const [status, where] = yield* asked(query)
        assert.deepStrictEqual([status, [...new Set(where)]], [400, ["ticket"]], missing)
      }
      assert.deepStrictEqual(yield* asked(`user=${personIds.ada}&permission=ticket:burn`), [400, ["permission"]])
      assert.deepStrictEqual(yield* asked(""), [400, ["user", "permission"]])

      // Whoever gives roles and sees no tickets learns nothing of them.
      yield* roleMade("roles-giver", grant("role:write", "any"))
      const { token } = yield* hired("gina", { roles: ["roles-giver"] })
      const about = (ref: string) =>
        ask("GET", `/v1/access/explain?user=${personIds.ada}&permission=ticket:read&ticket=${ref}`, { token })
      const [hidden, missing] = [yield* about(ticket.id), yield* about(nobody)]
      assert.deepStrictEqual([hidden.status, hidden.json.errors], [400, missing.json.errors])
    }))
})

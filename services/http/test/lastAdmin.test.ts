import { assert, layer } from "@effect/vitest"
import { personIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant, hired, roleMade } from "./hired.ts"
import { done } from "./onRecord.ts"
import type { Answer, Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

type Removal = readonly [method: string, path: string, body: object]

const isLastAdmin = ({ json, status }: Answer) => status === 403 && String(json.detail).startsWith("Nobody with")

const admins = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ id: string }>`
    select u.id from users u
    where u.active
      and exists (select from user_roles ur join role_permissions p on p.role_id = ur.role_id
                  where ur.user_id = u.id and p.permission = 'role:write' and p.scope = 'any')
      and exists (select from user_roles ur join role_permissions p on p.role_id = ur.role_id
                  where ur.user_id = u.id and p.permission = 'user:write' and p.scope = 'any')`
  return rows.map(({ id }) => id)
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("the last admin", (it) => {
  const alex = `/v1/users/${personIds.alex}`

  it.effect("stays, whichever way they would go, and what they have tried leaves no trace", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const before = yield* done("GET", alex, { as: "alex" })
      const ways: ReadonlyArray<Removal> = [
        ["PUT", `${alex}/roles`, { roles: [] }],
        ["PUT", `${alex}/roles`, { roles: ["agent", "customer"] }],
        ["PATCH", alex, { active: false }],
        ["PATCH", alex, { active: false, name: "Gone", password: "gone for good" }]
      ]
      for (const [method, path, body] of ways) {
        const refused = yield* ask(method, path, { as: "alex", body })
        assert.isTrue(isLastAdmin(refused), `${method} ${path} ${refused.text}`)
        assert.strictEqual(refused.json.code, "forbidden")
      }
      assert.deepStrictEqual(yield* done("GET", alex, { as: "alex" }), before)
      assert.deepStrictEqual(yield* done("GET", `/v1/audit-events?entityId=${personIds.alex}`, { as: "alex" }), [])
    }))

  it.effect("is nobody who cannot come in: an account without a password does not stand in for them", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ghost = { email: "ghost@test.local", name: "Ghost", roles: ["admin"] }
      const { id } = yield* done("POST", "/v1/users", { as: "alex", body: ghost })
      assert.isTrue(isLastAdmin(yield* ask("PATCH", alex, { as: "alex", body: { active: false } })))
      yield* done("PUT", `/v1/users/${id}/roles`, { as: "alex", body: { roles: [] } })
    }))

  it.effect("may go once somebody else can give roles and change accounts, through whichever roles", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      yield* roleMade("roles-only", grant("role:write", "any"))
      const accounts = yield* roleMade("accounts-only", grant("user:write", "any"), grant("user:read", "any"))
      const { data: half } = yield* hired("half", { roles: ["roles-only"] })
      assert.isTrue(isLastAdmin(yield* ask("PATCH", alex, { as: "alex", body: { active: false } })))
      const { data: whole, token } = yield* hired("whole", { roles: ["admin"] })
      yield* done("PUT", `/v1/users/${half.id}/roles`, { token, body: { roles: ["roles-only", "accounts-only"] } })
      yield* done("PUT", `${alex}/roles`, { token, body: { roles: [] } })
      // Two are left, one of them through two roles: the role may shrink while the other is there, and not after.
      const shrink = (as: Ask) =>
        ask("PUT", `/v1/roles/${accounts.id}/permissions`, {
          ...as,
          body: { permissions: [grant("user:read", "any")] }
        })
      yield* done("PATCH", `/v1/users/${whole.id}`, { token, body: { name: "Whole" } })
      const both = [grant("user:write", "any"), grant("user:read", "any")]
      assert.strictEqual((yield* shrink({ token })).status, 200)
      yield* done("PUT", `/v1/roles/${accounts.id}/permissions`, { token, body: { permissions: both } })
      yield* done("PUT", `/v1/users/${whole.id}/roles`, { token, body: { roles: ["agent"] } })
      const signedIn = yield* ask("POST", "/v1/auth/login", {
        body: { email: "half@test.local", password: "half may come in" }
      })
      const last = { token: String(signedIn.json.data.accessToken) }
      assert.isTrue(isLastAdmin(yield* shrink(last)))
      assert.deepStrictEqual(yield* admins, [half.id])
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true, timeout: "120 seconds" })("two admins", (it) => {
  it.effect("who go at the same moment, in any two ways, do not both go", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const both = [grant("user:write", "any"), grant("role:write", "any")]
      const keepers = yield* roleMade("keepers", ...both)
      const { data: bea, token: beasToken } = yield* hired("bea", { roles: ["admin"] })
      const { data: kim, token: kimsToken } = yield* hired("kim", { roles: ["keepers"] })
      const roles = `/v1/roles/${keepers.id}/permissions`
      const ways = (id: string): ReadonlyArray<Removal> => [
        ["PUT", `/v1/users/${id}/roles`, { roles: [] }],
        ["PATCH", `/v1/users/${id}`, { active: false }]
      ]
      const shrunk: Removal = ["PUT", roles, { permissions: [] }]

      for (let round = 0; round < 20; round++) {
        // Everybody is what they were, whatever the round before has made of them.
        yield* sql`update users set active = true where id in (${personIds.alex}, ${bea.id}, ${kim.id})`
        yield* sql`delete from user_roles where user_id in (${personIds.alex}, ${bea.id}, ${kim.id})`
        const second = round % 2 === 0 ? bea.id : kim.id
        const secondRole = round % 2 === 0 ? "admin" : "keepers"
        yield* sql`
          insert into role_permissions (role_id, permission, scope)
          values (${keepers.id}, 'user:write', 'any'), (${keepers.id}, 'role:write', 'any') on conflict do nothing`
        yield* sql`
          insert into user_roles (user_id, role_id)
          select p.id, r.id from roles r join (values (${personIds.alex}::uuid, 'admin'), (${second}::uuid, ${secondRole}))
            as p(id, role) on p.role = r.name`
        yield* sql`update sessions set ended_at = null, ended_because = null`
        yield* sql`update access_epoch set epoch = epoch + 1`
        assert.lengthOf(yield* admins, 2, `round ${round}`)
        // An epoch that was moved behind the program's back is noticed within a quarter of a second.
        yield* Effect.sleep("300 millis")

        const [mine, theirs] = [ways(personIds.alex), ways(second)]
        const first = mine[round % mine.length]
        const other = round % 4 === 3 ? shrunk : theirs[Math.floor(round / 2) % theirs.length]
        assert(first !== undefined && other !== undefined)
        const token = second === bea.id ? beasToken : kimsToken
        // Each removes themselves, or each the other.
        const as: readonly [Ask, Ask] = round < 10 ? [{ as: "alex" }, { token }] : [{ as: "alex" }, { as: "alex" }]
        const answers = yield* Effect.forEach(
          [[first, as[0]], [other, as[1]]] as const,
          ([[method, path, body], who]) => ask(method, path, { ...who, body }),
          { concurrency: "unbounded" }
        )
        assert.isAtLeast((yield* admins).length, 1, `round ${round}: ${answers.map(({ text }) => text).join(" ")}`)
        assert.isAtMost(answers.filter(({ status }) => status === 200).length, 1, `round ${round}`)
        for (const { status, text } of answers) assert.include([200, 401, 403], status, text)
      }
    }), 120_000)
})

import { assert, layer } from "@effect/vitest"
import { emailOf, personIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant, hired, roleMade } from "./hired.ts"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import type { Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const roleNamed = Effect.fnUntraced(function*(name: string) {
  const roles: ReadonlyArray<Json> = yield* done("GET", "/v1/roles?limit=100", { as: "alex" })
  return roles.find((role) => role.name === name)
})

const versionOf = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ version: number }>`select version from roles where id = ${id}`
  return row?.version
})

/** What a refusal says: its status, its slug, and the permission that it names or where the fault is. */
const refused = Effect.fnUntraced(function*(method: string, path: string, what: Ask) {
  const { ask } = yield* TestHttp
  const { json, status } = yield* ask(method, path, what)
  return [status, json.code, json.permission ?? json.errors?.map(({ pointer }: Json) => pointer)]
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a role of the desk's own", (it) => {
  it.effect("is made, found where the answer says, and on the record", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const permissions = [grant("ticket:read", "any"), grant("audit:read", "any")]
      const made = yield* ask("POST", "/v1/roles", { as: "alex", body: { name: "auditor", permissions } })
      assert.strictEqual(made.status, 201)
      const { id, ...role } = made.json.data
      assert.deepStrictEqual(role, { name: "auditor", permissions: permissions.toReversed() })
      assert.strictEqual(made.headers.get("location"), `/v1/roles/${id}`)
      assert.deepStrictEqual(yield* done("GET", `/v1/roles/${id}`, { as: "ada" }), made.json.data)
      assert.deepStrictEqual(yield* roleNamed("auditor"), made.json.data)
      const [row, ...more] = yield* auditOf(id)
      assert.deepStrictEqual(more, [])
      assert.deepInclude(row, {
        action: "role.created",
        actorId: personIds.alex,
        entityType: "role",
        before: null,
        after: role
      })
    }))

  it.effect("has a name and grants of its own: what is taken, doubled or not to be set is pointed at", () =>
    Effect.gen(function*() {
      const post = (body: object) => refused("POST", "/v1/roles", { as: "alex", body })
      const invalid = (...pointers: ReadonlyArray<string>) => [400, "validation-failed", pointers]
      assert.deepStrictEqual(yield* post({ name: "agent", permissions: [] }), invalid("/name"))
      assert.deepStrictEqual(yield* post({ name: "Agent", permissions: [] }), invalid("/name"))
      const twice = [grant("ticket:read", "any"), grant("ticket:read", "any")]
      assert.deepStrictEqual(yield* post({ name: "twice", permissions: twice }), invalid("/permissions"))
      const unknown = [{ permission: "ticket:burn", scope: "any" }, { permission: "ticket:read", scope: "all" }]
      assert.deepStrictEqual(
        yield* post({ name: "unknown", permissions: unknown }),
        invalid("/permissions/0/permission", "/permissions/1/scope")
      )
      const role = yield* roleMade("plain")
      for (const field of ["builtIn", "version", "id", "createdAt", "constructor"]) {
        const body = { name: "more", permissions: [], [field]: 1 }
        assert.deepStrictEqual(yield* post(body), invalid(`/${field}`))
        const put = { as: "alex", body: { permissions: [], [field]: 1 } } as const
        assert.deepStrictEqual(yield* refused("PUT", `/v1/roles/${role.id}/permissions`, put), invalid(`/${field}`))
      }
      const named = { as: "alex", body: { name: "other", permissions: [] } } as const
      assert.deepStrictEqual(yield* refused("PUT", `/v1/roles/${role.id}/permissions`, named), invalid("/name"))
    }))

  it.effect("can be changed, and everybody who has it feels it with the session that they have", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const role = yield* roleMade("reader", grant("ticket:read", "own"))
      const { token } = yield* hired("rhea", { roles: ["reader"] })
      const ticket = yield* opened("carla")
      const path = `/v1/roles/${role.id}/permissions`
      const read = Effect.map(ask("GET", `/v1/tickets/${ticket.id}`, { token }), ({ status }) => status)
      const set = (...permissions: ReadonlyArray<object>) => done("PUT", path, { as: "alex", body: { permissions } })

      assert.strictEqual(yield* read, 404)
      assert.deepStrictEqual(yield* set(grant("ticket:read", "any")), {
        ...role,
        permissions: [grant("ticket:read", "any")]
      })
      assert.strictEqual(yield* read, 200)
      yield* set()
      assert.strictEqual(yield* read, 404)
      assert.strictEqual(yield* versionOf(role.id), 3)
      const changes = (yield* auditOf(role.id)).filter(({ action }) => action === "role.permissions_changed")
      assert.deepStrictEqual(changes.map(({ after, before }) => [before.permissions, after.permissions]), [
        [[grant("ticket:read", "own")], [grant("ticket:read", "any")]],
        [[grant("ticket:read", "any")], []]
      ])
      assert.deepStrictEqual(yield* eventsOf(role.id), [])
    }))

  it.effect("stays as it is when nothing changes: no version, no trace", () =>
    Effect.gen(function*() {
      const grants = [grant("user:read", "any"), grant("ticket:read", "team"), grant("ticket:read", "own")]
      const role = yield* roleMade("steady", ...grants)
      const body = { permissions: grants.toReversed() }
      assert.deepStrictEqual(yield* done("PUT", `/v1/roles/${role.id}/permissions`, { as: "alex", body }), role)
      assert.strictEqual(yield* versionOf(role.id), 1)
      assert.strictEqual((yield* auditOf(role.id)).length, 1)
    }))

  it.effect("the built-in ones may be arranged, but for admin", () =>
    Effect.gen(function*() {
      const admin = yield* roleNamed("admin")
      const path = `/v1/roles/${admin.id}/permissions`
      assert.deepStrictEqual(
        yield* refused("PUT", path, { as: "alex", body: { permissions: admin.permissions.slice(1) } }),
        [403, "forbidden", undefined]
      )
      const same = { as: "alex", body: { permissions: admin.permissions } } as const
      assert.deepStrictEqual(yield* done("PUT", path, same), admin)
      const customer = yield* roleNamed("customer")
      const permissions = customer.permissions.filter(({ permission }: Json) => permission !== "ticket:close")
      const changed = yield* done("PUT", `/v1/roles/${customer.id}/permissions`, { as: "alex", body: { permissions } })
      assert.deepStrictEqual(changed.permissions, permissions)
    }))

  it.effect("that is not there is not found, and nobody without the permission makes or changes one", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const nothing = "/v1/roles/0198c7a2-0000-7000-8000-0000000000ff"
      assert.strictEqual((yield* ask("GET", nothing, { as: "alex" })).status, 404)
      const put = { as: "alex", body: { permissions: [] } } as const
      assert.strictEqual((yield* ask("PUT", `${nothing}/permissions`, put)).status, 404)
      for (const as of ["ada", "carla"] as const) {
        const refusal = yield* refused("POST", "/v1/roles", { as, body: { name: "mine", permissions: [] } })
        assert.deepStrictEqual(refusal, [403, "forbidden", "role:write"])
      }
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("nobody grants what they do not hold", (it) => {
  /** Somebody who may deal with roles and accounts, and reads their team's tickets. */
  const deputy = Effect.fnUntraced(function*(name: string) {
    yield* roleMade(
      name,
      grant("role:write", "any"),
      grant("user:write", "any"),
      grant("user:read", "any"),
      grant("ticket:read", "team")
    )
    return yield* hired(name, { roles: [name] })
  })

  it.effect("neither in a role nor to somebody, and `team` does not include `own`", () =>
    Effect.gen(function*() {
      const { token } = yield* deputy("delia")
      yield* roleMade("wide", grant("ticket:read", "any"))
      yield* roleMade("narrow", grant("ticket:read", "team"))
      const { data: newcomer } = yield* hired("nils", { roles: [] })
      const roles = `/v1/users/${newcomer.id}/roles`
      const forbidden = [403, "forbidden", "ticket:read"]
      for (const scope of ["any", "own"]) {
        const body = { name: `by-delia-${scope}`, permissions: [grant("ticket:read", scope)] }
        assert.deepStrictEqual(yield* refused("POST", "/v1/roles", { token, body }), forbidden)
      }
      assert.deepStrictEqual(yield* refused("PUT", roles, { token, body: { roles: ["wide"] } }), forbidden)
      const admin = yield* refused("PUT", roles, { token, body: { roles: ["admin"] } })
      assert.deepStrictEqual(admin.slice(0, 2), [403, "forbidden"])
      const account = { email: "x@test.local", name: "X", roles: ["wide"] }
      assert.deepStrictEqual(yield* refused("POST", "/v1/users", { token, body: account }), forbidden)
      // What she holds she may pass on.
      yield* done("PUT", roles, { token, body: { roles: ["narrow"] } })
      yield* done("POST", "/v1/users", { token, body: { ...account, roles: ["narrow"] } })
      yield* done("POST", "/v1/roles", { token, body: { name: "hers", permissions: [grant("ticket:read", "team")] } })
    }))

  it.effect("nor takes it away, nor raises a role that is above them", () =>
    Effect.gen(function*() {
      const { data, token } = yield* deputy("dario")
      const above = yield* roleMade("above", grant("ticket:read", "team"), grant("audit:read", "any"))
      const { data: chief } = yield* hired("chief", { roles: ["above"] })
      const forbidden = [403, "forbidden", "audit:read"]
      const path = `/v1/roles/${above.id}/permissions`
      for (const permissions of [[], [grant("ticket:read", "team")]]) {
        assert.deepStrictEqual(yield* refused("PUT", path, { token, body: { permissions } }), forbidden)
      }
      assert.deepStrictEqual(
        yield* refused("PUT", `/v1/users/${chief.id}/roles`, { token, body: { roles: [] } }),
        forbidden
      )
      const own = yield* roleNamed("dario")
      const wider = [...own.permissions, grant("audit:read", "any")]
      const raised = { token, body: { permissions: wider } }
      assert.deepStrictEqual(yield* refused("PUT", `/v1/roles/${own.id}/permissions`, raised), forbidden)
      const me = yield* refused("PUT", `/v1/users/${data.id}/roles`, { token, body: { roles: ["dario", "above"] } })
      assert.deepStrictEqual(me, forbidden)
    }))

  it.effect("nor takes over the account of somebody who holds more", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { token } = yield* deputy("dora-maria")
      const alex = `/v1/users/${personIds.alex}`
      for (const body of [{ password: "mine from now on" }, { email: "mine@test.local" }, { active: false }]) {
        const [status, code] = yield* refused("PATCH", alex, { token, body })
        assert.deepStrictEqual([status, code], [403, "forbidden"], JSON.stringify(body))
      }
      const kept = yield* done("GET", alex, { as: "alex" })
      assert.deepInclude(kept, { email: emailOf("alex"), active: true })
      assert.deepStrictEqual(yield* auditOf(personIds.alex), [])
      // A name opens nothing, and an account below hers is hers to deal with.
      assert.strictEqual((yield* ask("PATCH", alex, { token, body: { name: "Alex A." } })).status, 200)
      const { data: below } = yield* hired("below", { roles: [] })
      yield* done("PATCH", `/v1/users/${below.id}`, { token, body: { password: "a new password", active: false } })
    }))
})

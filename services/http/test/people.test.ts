import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { emailOf, passwordOf, personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const unknown = "0198c7a2-0000-7000-8000-0000000000ff"

const signIn = Effect.fnUntraced(function*(email: string, password: string) {
  const { ask } = yield* TestHttp
  return yield* ask("POST", "/v1/auth/login", { body: { email, password } })
})

const tokenOf = (email: string, password: string) =>
  Effect.map(signIn(email, password), ({ json }): string => json.data.accessToken)

const hired = Effect.fnUntraced(function*(name: string, but: object = {}) {
  const body = { email: `${name}@test.local`, name, password: `${name} may come in`, ...but }
  const data: Json = yield* done("POST", "/v1/users", { as: "alex", body })
  return { data, token: yield* tokenOf(body.email, body.password) }
})

const versionOf = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ version: number; updatedAt: Date }>`select version, updated_at from users where id = ${id}`
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an account", (it) => {
  it.effect("made by an admin opens the desk to somebody, and is on the record without its password", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const made = yield* ask("POST", "/v1/users", {
        as: "alex",
        body: {
          email: "Pia@Test.local",
          name: "Pia",
          password: "pia may come in",
          roles: ["agent"],
          teamIds: [teamIds.Network]
        }
      })
      assert.strictEqual(made.status, 201)
      const { data } = made.json
      assert.strictEqual(made.headers.get("location"), `/v1/users/${data.id}`)
      assert.deepInclude(data, {
        email: "Pia@Test.local",
        name: "Pia",
        active: true,
        roles: ["agent"],
        teamIds: [teamIds.Network]
      })
      assert.notInclude(made.text, "may come in")

      const token = yield* tokenOf("pia@test.LOCAL", "pia may come in")
      const me = yield* ask("GET", "/v1/me", { token })
      assert.deepInclude(me.json.data, { id: data.id, roles: ["agent"], teamIds: [teamIds.Network] })

      const audit = yield* auditOf(data.id)
      assert.deepStrictEqual(audit.map(({ action, actorId }) => [action, actorId]), [["user.created", personIds.alex]])
      const events = yield* eventsOf(data.id)
      assert.deepStrictEqual(events.map(({ audience, seq, type }) => [type, seq, audience]), [[
        "user.created",
        null,
        "internal"
      ]])
      assert.notMatch(JSON.stringify([audit, events]), /may come in|argon2/)
    }))

  it.effect.each(["ada@test.local", "ADA@test.local", "Ada@Test.Local"])(
    "nobody gets the address %s again",
    (email) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const refused = yield* ask("POST", "/v1/users", { as: "alex", body: { email, name: "Ada II" } })
        assert.deepStrictEqual([refused.status, refused.json.code], [409, "email-taken"])
        const moved = yield* ask("PATCH", `/v1/users/${personIds.chris}`, { as: "alex", body: { email } })
        assert.deepStrictEqual([moved.status, moved.json.code], [409, "email-taken"])
      })
  )

  it.effect("an address that two ask for at once goes to one", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answers = yield* Effect.forEach(
        ["twin@test.local", "Twin@test.local", "TWIN@test.local", "twin@TEST.local"],
        (email) => ask("POST", "/v1/users", { as: "alex", body: { email, name: "Twin" } }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [201, 409, 409, 409])
    }))

  it.effect("whoever writes their own address another way keeps it", () =>
    Effect.gen(function*() {
      const { data } = yield* hired("olga")
      const changed = yield* done("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { email: "Olga@test.local" } })
      assert.strictEqual(changed.email, "Olga@test.local")
    }))

  it.effect("unknown roles and teams are pointed at, and no account is made", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const pointers = (body: object) =>
        Effect.map(
          ask("POST", "/v1/users", { as: "alex", body: { email: "q@test.local", name: "Q", ...body } }),
          ({ json, status }) => [
            status,
            ...json.errors.map(({ pointer }: { pointer: string }) => pointer)
          ]
        )
      assert.deepStrictEqual(yield* pointers({ roles: ["agent", "boss"] }), [400, "/roles/1"])
      assert.deepStrictEqual(yield* pointers({ teamIds: [unknown, teamIds.Support] }), [400, "/teamIds/0"])
      assert.deepStrictEqual(yield* pointers({ roles: ["agent", "agent"] }), [400, "/roles"])
      assert.strictEqual((yield* signIn("q@test.local", "x")).status, 401)
      const found = yield* done("GET", "/v1/users?q=q@test.local", { as: "alex" })
      assert.deepStrictEqual(found, [])
    }))

  it.effect("a change that changes nothing leaves no event, no audit row and no new version", () =>
    Effect.gen(function*() {
      const { data } = yield* hired("nina", {
        roles: ["agent", "customer"],
        teamIds: [teamIds.Network, teamIds.Support]
      })
      const before = yield* versionOf(data.id)
      const same = { name: "nina", email: "nina@test.local", active: true, teamIds: [teamIds.Support, teamIds.Network] }
      for (const body of [{}, same, { teamIds: data.teamIds }]) {
        assert.deepStrictEqual(yield* done("PATCH", `/v1/users/${data.id}`, { as: "alex", body }), data)
      }
      const roles = { as: "alex", body: { roles: ["customer", "agent"] } } as const
      assert.deepStrictEqual(yield* done("PUT", `/v1/users/${data.id}/roles`, roles), data)
      assert.deepStrictEqual(yield* versionOf(data.id), before)
      assert.deepStrictEqual((yield* auditOf(data.id)).map(({ action }) => action), ["user.created"])
      assert.deepStrictEqual((yield* eventsOf(data.id)).map(({ type }) => type), ["user.created"])
    }))

  it.effect("once an admin sets a password, only that one opens the desk", () =>
    Effect.gen(function*() {
      const { data } = yield* hired("petra")
      yield* done("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { password: "petra comes anew" } })
      assert.strictEqual((yield* signIn("petra@test.local", "petra may come in")).status, 401)
      assert.strictEqual((yield* signIn("petra@test.local", "petra comes anew")).status, 200)
      const audit = yield* auditOf(data.id)
      const changed = audit.filter(({ action }) => action === "user.updated")
      assert.deepStrictEqual(changed.map(({ after }) => after.passwordChanged), [true])
      assert.notMatch(JSON.stringify([audit, yield* eventsOf(data.id)]), /comes anew|argon2/)
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("what somebody may do", (it) => {
  it.effect("ends with their account: the token that they have is good for nothing more", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { data, token } = yield* hired("leon", { roles: ["agent"] })
      assert.strictEqual((yield* ask("GET", "/v1/tickets", { token })).status, 200)
      yield* done("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { active: false } })
      for (const path of ["/v1/tickets", "/v1/me"]) {
        const refused = yield* ask("GET", path, { token })
        assert.deepStrictEqual([refused.status, refused.json.code], [401, "unauthenticated"])
      }
      assert.strictEqual((yield* signIn("leon@test.local", "leon may come in")).status, 401)
      // The account goes on being named.
      assert.strictEqual((yield* done("GET", `/v1/users/${data.id}`, { as: "ada" })).active, false)
      yield* done("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { active: true } })
      // Who comes back signs in anew.
      assert.strictEqual((yield* ask("GET", "/v1/me", { token })).status, 401)
      assert.strictEqual((yield* signIn("leon@test.local", "leon may come in")).status, 200)
    }))

  it.effect("follows their roles and teams from one request to the next, with the same token", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { data, token } = yield* hired("rosa")
      const ticket = yield* opened("carla", { teamId: teamIds.Network })
      const read = Effect.map(ask("GET", `/v1/tickets/${ticket.id}`, { token }), ({ status }) => status)
      const roles = (...names: ReadonlyArray<string>) =>
        done("PUT", `/v1/users/${data.id}/roles`, { as: "alex", body: { roles: names } })
      const member = (method: string) => done(method, `/v1/teams/${teamIds.Network}/members/${data.id}`, { as: "alex" })

      assert.strictEqual(yield* read, 404)
      yield* roles("agent")
      assert.strictEqual(yield* read, 404)
      yield* member("PUT")
      assert.strictEqual(yield* read, 200)
      yield* member("DELETE")
      assert.strictEqual(yield* read, 404)
      yield* roles("admin")
      assert.strictEqual(yield* read, 200)
      yield* roles()
      assert.strictEqual(yield* read, 404)
      assert.deepStrictEqual((yield* ask("GET", "/v1/me", { token })).json.data.permissions, [])
      assert.strictEqual(
        (yield* ask("POST", "/v1/tickets", { token, body: { title: "x", description: "" } })).status,
        403
      )

      const changes = (yield* auditOf(data.id)).filter(({ action }) => action === "user.roles_changed")
      assert.deepStrictEqual(changes.map(({ after, before }) => [before.roles, after.roles]), [
        [["customer"], ["agent"]],
        [["agent"], ["admin"]],
        [["admin"], []]
      ])
    }))

  const reading = [
    "/v1/users",
    `/v1/users/${personIds.ada}`,
    "/v1/teams",
    `/v1/teams/${teamIds.Support}`,
    "/v1/roles",
    "/v1/permissions"
  ]
  const writing: ReadonlyArray<readonly [string, string, object?]> = [
    ["POST", "/v1/users", { email: "new@test.local", name: "New" }],
    ["PATCH", `/v1/users/${personIds.ada}`, { name: "Ada" }],
    ["PATCH", `/v1/users/${personIds.ada}`, {}],
    ["PUT", `/v1/users/${personIds.ada}/roles`, { roles: ["admin"] }],
    ["POST", "/v1/teams", { name: "Mine" }],
    ["PUT", `/v1/teams/${teamIds.Network}/members/${personIds.ada}`],
    ["DELETE", `/v1/teams/${teamIds.Support}/members/${personIds.amir}`]
  ]

  it.effect.each(
    [["alex", 200], ["ada", 200], ["carla", 403]] as const satisfies ReadonlyArray<readonly [Person, number]>
  )("%s reads who is here: %s", ([as, status]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of reading) assert.strictEqual((yield* ask("GET", path, { as })).status, status, path)
    }))

  it.effect.each(["ada", "carla"] as const)("%s changes nothing about who is here", (as) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const before = yield* done("GET", "/v1/users?limit=100", { as: "alex" })
      for (const [method, path, body] of writing) {
        const refused = yield* ask(method, path, { as, ...(body === undefined ? {} : { body }) })
        assert.deepStrictEqual([refused.status, refused.json.code], [403, "forbidden"], `${method} ${path}`)
      }
      assert.deepStrictEqual(yield* done("GET", "/v1/users?limit=100", { as: "alex" }), before)
      assert.deepStrictEqual(yield* auditOf(personIds.ada), [])
    }))

  it.effect("whoever comes with the right password or a wrong one is on the record", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* signIn(emailOf("nora"), "guess")).status, 401)
      const session = yield* signIn(emailOf("nora"), passwordOf("nora"))
      assert.strictEqual(session.status, 200)
      const [refused] = yield* auditOf(personIds.nora)
      assert.deepInclude(refused, { action: "session.refused", actorId: null })
      const started = yield* done("GET", `/v1/audit-events?action=session.started&actor=${personIds.nora}`, {
        as: "alex"
      })
      assert.strictEqual(started.length, 1)
      assert.notInclude(JSON.stringify([refused, started]), "guess")
    }))
})

import { assert, layer } from "@effect/vitest"
import { personIds } from "@opsdesk/testkit/people"
import { audience, SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { createPrivateKey, sign } from "node:crypto"
import { AtProvider } from "./AtProvider.ts"
import { TestHttp } from "./TestHttp.ts"

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** An access token as the provider signs it, issued so many seconds ago. */
const tokenOf = Effect.fnUntraced(function*(sub: string, claims: Record<string, unknown> = {}, secondsAgo = 0) {
  const provider = yield* SignInProvider
  const key = provider.key()
  const iat = Math.floor((yield* Clock.currentTimeMillis) / 1000) - secondsAgo
  const all = { iss: provider.issuer, aud: audience, sub, iat, exp: iat + 300, ...claims }
  const text = `${json({ alg: "RS256", typ: "at+jwt", kid: key.kid })}.${json(all)}`
  const tag = sign("sha256", Buffer.from(text), createPrivateKey({ format: "jwk", key }))
  return `${text}.${tag.toString("base64url")}`
})

const me = Effect.fnUntraced(function*(token: string) {
  const { ask } = yield* TestHttp
  const { json, status } = yield* ask("GET", "/v1/me", { token })
  return { status, data: json.data, code: json.code }
})

const recorded = Effect.fnUntraced(function*(userId: string) {
  const sql = yield* SqlClient.SqlClient
  return {
    audit: (yield* sql<{ action: string }>`
      select action from audit_log where entity_id = ${userId} order by seq`).map(({ action }) => action),
    events: (yield* sql<{ type: string }>`
      select type from events where payload->>'userId' = ${userId} order by position`).map(({ type }) => type)
  }
})

layer(AtProvider(), { excludeTestServices: true })("whoever comes with a token of the provider", (it) => {
  it.effect("has an account from the first request on, which is on record like any other", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const token = yield* tokenOf("b-1", { email: "bo@far.test", name: "Bo", realm: { roles: ["agent"] } })
      const { data, status } = yield* me(token)
      assert.strictEqual(status, 200)
      assert.deepInclude(data, { email: "bo@far.test", name: "Bo", roles: ["agent"] })
      assert.deepStrictEqual(yield* recorded(data.id), { audit: ["user.created"], events: ["user.created"] })
      const opened = yield* ask("POST", "/v1/tickets", { token, body: { title: "From afar", description: "" } })
      assert.deepStrictEqual([opened.status, opened.json.data.requesterId], [201, data.id])
    }))

  it.effect("is one person, however many first requests come at once", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("b-2", { email: "bea@far.test", name: "Bea" })
      const all = yield* Effect.all(Array.from({ length: 12 }, () => me(token)), { concurrency: "unbounded" })
      assert.deepStrictEqual(all.map(({ status }) => status), Array.from({ length: 12 }, () => 200))
      const ids = new Set(all.map(({ data }) => data.id))
      assert.strictEqual(ids.size, 1)
      assert.deepStrictEqual(yield* recorded([...ids].join()), { audit: ["user.created"], events: ["user.created"] })
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* sql`select from users where email = 'bea@far.test'`).length, 1)
    }))

  it.effect("is not another who comes at the same moment with the same address", () =>
    Effect.gen(function*() {
      const tokens = yield* Effect.forEach(["b-3", "b-4", "b-5"], (sub) => tokenOf(sub, { email: "twin@far.test" }))
      const all = yield* Effect.all(tokens.map(me), { concurrency: "unbounded" })
      assert.strictEqual(new Set(all.map(({ data }) => data.id)).size, 3)
      assert.strictEqual(all.filter(({ data }) => data.email === "twin@far.test").length, 1)
    }))

  it.effect("cannot take an address that the desk gives to those who come without one", () =>
    Effect.gen(function*() {
      const { data } = yield* me(yield* tokenOf("b-6", { email: "somebody@OIDC.invalid" }))
      assert.strictEqual(data.email, `${data.id}@oidc.invalid`)
    }))

  it.effect("has the roles that the provider named last, at once, and on record", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const old = yield* tokenOf("b-7", { realm: { roles: ["customer"] } }, 60)
      const { data } = yield* me(old)
      const promoted = yield* tokenOf("b-7", { realm: { roles: ["admin", "agent"] } }, 30)
      assert.strictEqual((yield* ask("GET", "/v1/audit-events", { token: old })).status, 403)
      assert.deepStrictEqual((yield* me(promoted)).data.roles, ["admin", "agent"])
      assert.strictEqual((yield* ask("GET", "/v1/audit-events", { token: promoted })).status, 200)
      // An older token is still good, but what it says of roles is not news any more, and it acts with no more than that.
      assert.deepStrictEqual((yield* me(old)).data.roles, ["admin", "agent"])
      assert.strictEqual((yield* ask("GET", "/v1/audit-events", { token: old })).status, 403)
      const demoted = yield* tokenOf("b-7", { realm: { roles: [] } }, 0)
      assert.deepStrictEqual((yield* me(demoted)).data.roles, ["customer"])
      assert.deepStrictEqual((yield* me(promoted)).data.roles, ["customer"])
      assert.strictEqual((yield* ask("GET", "/v1/audit-events", { token: promoted })).status, 403)
      assert.deepStrictEqual(yield* recorded(data.id), {
        audit: ["user.created", "user.roles_changed", "user.roles_changed"],
        events: ["user.created", "user.roles_changed", "user.roles_changed"]
      })
    }))

  it.effect("acts with the roles that this very token names, of those that the account has", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const may = Effect.fnUntraced(function*(roles: ReadonlyArray<string> | null, secondsAgo: number) {
        const token = yield* tokenOf("b-13", roles === null ? {} : { realm: { roles } }, secondsAgo)
        const statuses = yield* Effect.forEach(
          ["/v1/audit-events", "/v1/users", "/v1/tickets"],
          (path) => ask("GET", path, { token })
        )
        return statuses.map(({ status }) => status)
      })
      assert.deepStrictEqual(yield* may(["admin", "agent"], 10), [200, 200, 200])
      assert.deepStrictEqual(yield* may(["agent"], 20), [403, 200, 200])
      assert.deepStrictEqual(yield* may(["customer"], 20), [403, 403, 200])
      assert.deepStrictEqual(yield* may(["nobody knows it"], 20), [403, 403, 200])
      assert.deepStrictEqual(yield* may(null, 20), [200, 200, 200])
      // A role that the provider has taken away meanwhile is not to be had by naming it.
      assert.deepStrictEqual(yield* may(["customer"], 5), [403, 403, 200])
      assert.deepStrictEqual(yield* may(["admin", "agent"], 10), [403, 403, 200])
    }))

  it.effect("writes nothing by coming again", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const token = yield* tokenOf("b-8")
      yield* me(token)
      const rows = sql`select u.xmin::text as person, i.xmin::text as identity
                       from oidc_identities i join users u on u.id = i.user_id where i.subject = 'b-8'`
      const before = yield* rows
      for (let many = 0; many < 5; many++) yield* me(token)
      assert.deepStrictEqual(yield* rows, before)
      assert.strictEqual(before.length, 1)
    }))

  it.effect("is refused as soon as the account is deactivated", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const token = yield* tokenOf("b-9")
      const { data } = yield* me(token)
      yield* ask("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { active: false } })
      assert.deepInclude(yield* me(token), { status: 401, code: "unauthenticated" })
    }))

  it.effect("acts in no session, so signing out leaves the token as it is", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const token = yield* tokenOf("b-10")
      assert.strictEqual((yield* ask("POST", "/v1/auth/logout", { token })).status, 403)
      assert.strictEqual((yield* me(token)).status, 200)
    }))

  it.effect.each<[string, Record<string, unknown>]>([
    ["for somebody else", { aud: "https://payroll.test" }],
    ["of another issuer", { iss: "https://elsewhere.test" }],
    ["that is an identity token", { aud: "desk-page", nonce: "n" }],
    ["that has run out", { exp: 1_700_000_000 }]
  ])("is told to sign in with a token %s, and leaves no trace", ([, claims]) =>
    Effect.gen(function*() {
      const { asked, forget } = yield* SignInProvider
      yield* me(yield* tokenOf("b-1"))
      forget()
      assert.deepInclude(yield* me(yield* tokenOf("b-11", claims)), { status: 401, code: "unauthenticated" })
      assert.deepStrictEqual(asked(), [])
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* sql`select from oidc_identities where subject = 'b-11'`).length, 0)
    }))
})

layer(AtProvider(), { excludeTestServices: true })("somebody of whose roles the provider", (it) => {
  it.effect("says nothing keeps them, and is a customer at first", () =>
    Effect.gen(function*() {
      const rolesWith = (claims: Record<string, unknown>, secondsAgo: number) =>
        Effect.map(Effect.flatMap(tokenOf("c-1", claims, secondsAgo), me), ({ data }) => data.roles)
      assert.deepStrictEqual(yield* rolesWith({}, 30), ["customer"])
      // Roles that were said before the first request, which said none, are news all the same.
      assert.deepStrictEqual(yield* rolesWith({ realm: { roles: ["agent"] } }, 40), ["agent"])
      assert.deepStrictEqual(yield* rolesWith({ realm: {} }, 20), ["agent"])
      assert.deepStrictEqual(yield* rolesWith({}, 10), ["agent"])
      assert.deepStrictEqual(yield* rolesWith({ realm: { roles: [] } }, 0), ["customer"])
    }))

  it.effect("takes the last admin's keeps them, on record, until somebody else can do their work", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const admin = yield* tokenOf("c-2", { realm: { roles: ["admin"] } }, 60)
      const { data } = yield* me(admin)
      const setAlex = (active: boolean) =>
        ask("PATCH", `/v1/users/${personIds.alex}`, { token: admin, body: { active } })
      assert.strictEqual((yield* setAlex(false)).status, 200)
      const rolesOf = Effect.map(ask("GET", `/v1/users/${data.id}`, { token: admin }), ({ json }) => json.data.roles)

      yield* me(yield* tokenOf("c-2", { realm: { roles: ["customer"] } }, 50))
      assert.deepStrictEqual(yield* rolesOf, ["admin"])
      const sql = yield* SqlClient.SqlClient
      const [kept] = yield* sql`
        select actor_id, before, after from audit_log where entity_id = ${data.id} and action = 'user.roles_kept'`
      assert.deepStrictEqual(kept, {
        actorId: null,
        before: { roles: ["admin"] },
        after: { roles: ["admin"], said: ["customer"], reason: "last admin" }
      })

      assert.strictEqual((yield* setAlex(true)).status, 200)
      const demoted = yield* tokenOf("c-2", { realm: { roles: ["customer"] } }, 40)
      assert.deepStrictEqual((yield* me(demoted)).data.roles, ["customer"])
      assert.strictEqual((yield* setAlex(false)).status, 403)
    }))

  it.effect("takes from the last two admins at once does not leave the desk to nobody", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const subjects = ["c-3", "c-4"]
      const admins = yield* Effect.forEach(subjects, (sub) => tokenOf(sub, { realm: { roles: ["admin"] } }, 60))
      yield* Effect.forEach(admins, me)
      yield* ask("PATCH", `/v1/users/${personIds.alex}`, { token: admins[0] ?? "", body: { active: false } })
      const less = yield* Effect.forEach(subjects, (sub) => tokenOf(sub, { realm: { roles: ["customer"] } }, 50))
      const all = yield* Effect.all(less.map(me), { concurrency: "unbounded" })
      assert.strictEqual(all.filter(({ data }) => data.roles.includes("admin")).length, 1)
    }))
})

layer(AtProvider(), { excludeTestServices: true })("a desk whose provider was never there", (it) => {
  it.effect("starts, is ready, serves its own people, and says what is away to those of the provider", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { setUp } = yield* SignInProvider
      setUp(false)
      assert.strictEqual((yield* ask("GET", "/health/ready")).status, 200)
      assert.strictEqual((yield* ask("GET", "/v1/me", { as: "ada" })).status, 200)
      for (
        const away of [
          yield* ask("GET", "/v1/auth/oidc/start"),
          yield* ask("GET", "/v1/me", { token: yield* tokenOf("b-12") })
        ]
      ) {
        assert.deepStrictEqual([away.status, away.json.code, away.json.dependency], [
          503,
          "dependency-unavailable",
          "oidc"
        ])
        assert.isNotNull(away.headers.get("retry-after"))
      }
    }))
})

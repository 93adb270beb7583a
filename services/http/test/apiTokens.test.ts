import { assert, layer } from "@effect/vitest"
import { personIds } from "@opsdesk/testkit/people"
import { DateTime, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant, hired, roleMade } from "./hired.ts"
import { auditOf, done, opened } from "./onRecord.ts"
import type { Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const shape = /^opd_[A-Za-z0-9_-]{51}$/

const made = (as: Ask, scopes: ReadonlyArray<object>, but: object = {}): Effect.Effect<Json, never, TestHttp> =>
  done("POST", "/v1/api-tokens", { ...as, body: { name: "Export", scopes, ...but } })

const statusOf = Effect.fnUntraced(function*(method: string, path: string, ask: Ask) {
  const http = yield* TestHttp
  return (yield* http.ask(method, path, ask)).status
})

const refusal = Effect.fnUntraced(function*(method: string, path: string, what: Ask) {
  const { ask } = yield* TestHttp
  const { json, status } = yield* ask(method, path, what)
  return [status, json.code, json.permission ?? json.errors?.map(({ pointer }: Json) => pointer)]
})

const inDays = (days: number) => Effect.map(DateTime.now, (now) => DateTime.formatIso(DateTime.add(now, { days })))

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an API token", (it) => {
  it.effect("is shown once, found by its owner, and on the record; its text is kept nowhere", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const scopes = [grant("ticket:read", "own")]
      const headers = { "idempotency-key": "b6f0c1de-5a34-4c0b-9d5e-1f2a7c8e9b30" }
      const post = ask("POST", "/v1/api-tokens", { as: "carla", body: { name: "Export", scopes }, headers })
      const answer = yield* post
      assert.strictEqual(answer.status, 201)
      // Whoever has lost the answer gets it again, and no second token.
      const again = yield* post
      assert.strictEqual(again.text, answer.text)
      for (const { headers } of [answer, again]) assert.strictEqual(headers.get("cache-control"), "no-store")
      const { token, ...rest } = answer.json.data
      assert.match(token, shape)
      assert.deepInclude(rest, { name: "Export", scopes, prefix: token.slice(0, 12), lastUsedAt: null })
      const days = (Date.parse(rest.expiresAt) - Date.parse(rest.createdAt)) / 86_400_000
      assert.strictEqual(days, 90)
      assert.strictEqual(answer.headers.get("location"), `/v1/api-tokens/${rest.id}`)

      assert.strictEqual(yield* statusOf("GET", "/v1/tickets", { token }), 200)
      const { lastUsedAt, ...found } = yield* done("GET", `/v1/api-tokens/${rest.id}`, { as: "carla" })
      assert.isNotNull(lastUsedAt)
      assert.deepStrictEqual({ ...found, lastUsedAt: null }, rest)
      const listed = yield* ask("GET", "/v1/api-tokens?include=total", { as: "carla" })
      assert.deepStrictEqual(listed.json.data, [{ ...rest, lastUsedAt }])
      assert.deepStrictEqual(listed.json.page, { limit: 20, nextCursor: null, total: 1, totalIsExact: true })
      assert.deepStrictEqual((yield* ask("GET", "/v1/api-tokens", { as: "chris" })).json.data, [])

      const [row, ...more] = yield* auditOf(rest.id)
      assert.deepStrictEqual(more, [])
      assert.deepInclude(row, { action: "api_token.created", actorId: personIds.carla, entityType: "api_token" })
      assert.deepStrictEqual(row?.after, {
        name: "Export",
        prefix: rest.prefix,
        scopes,
        expiresAt: rest.expiresAt
      })
      const tables = yield* sql<{ name: string }>`
        select c.relname::text as name from pg_class c
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and has_table_privilege(c.oid, 'select')`
      assert.includeMembers(tables.map(({ name }) => name), ["api_tokens", "audit_log", "events"])
      for (const { name } of tables) {
        const secret = token.slice(12)
        // As text, and as the bytes of that text: a `bytea` is written in hexadecimal digits.
        for (const written of [secret, Buffer.from(secret).toString("hex")]) {
          const kept = yield* sql`select from ${sql(name)} t where position(${written} in t::text) > 0`
          assert.deepStrictEqual(kept, [], name)
        }
      }
    }))

  it.effect("does what it is for and nothing else of what its owner may do", () =>
    Effect.gen(function*() {
      const { token } = yield* made({ as: "alex" }, [grant("ticket:read", "team")])
      const mine = yield* opened("carla")
      assert.strictEqual(yield* statusOf("GET", `/v1/tickets/${mine.id}`, { token }), 200)
      const body = { title: "Mine" }
      const edit = yield* refusal("PATCH", `/v1/tickets/${mine.id}`, { token, body })
      assert.deepStrictEqual(edit, [403, "forbidden", "ticket:update"])
      assert.strictEqual(yield* statusOf("GET", "/v1/users", { token }), 403)
      assert.deepStrictEqual((yield* done("GET", "/v1/me", { token })).permissions, [grant("ticket:read", "team")])
      const elsewhere = yield* opened("carla", { teamId: "0198c7a2-0000-7000-8000-0000000000a2" })
      assert.strictEqual(yield* statusOf("GET", `/v1/tickets/${elsewhere.id}`, { token }), 404)
    }))

  it.effect("loses what its owner loses and comes back with it, from one request to the next", () =>
    Effect.gen(function*() {
      yield* roleMade("seer", grant("audit:read", "any"), grant("ticket:read", "any"))
      const { data, token: session } = yield* hired("tara", { roles: ["seer"] })
      const { token } = yield* made({ token: session }, [grant("audit:read", "any"), grant("ticket:read", "any")])
      const audit = statusOf("GET", "/v1/audit-events", { token })
      const me = Effect.map(done("GET", "/v1/me", { token }), ({ permissions }) => permissions)
      const roles = (...names: ReadonlyArray<string>) =>
        done("PUT", `/v1/users/${data.id}/roles`, { as: "alex", body: { roles: names } })
      assert.strictEqual(yield* audit, 200)
      yield* roles("customer")
      assert.strictEqual(yield* audit, 403)
      // `any` of what is now held for own tickets only is that.
      assert.deepStrictEqual(yield* me, [grant("ticket:read", "own")])
      yield* roles("seer")
      assert.strictEqual(yield* audit, 200)
      const active = (active: boolean) => done("PATCH", `/v1/users/${data.id}`, { as: "alex", body: { active } })
      yield* active(false)
      assert.strictEqual(yield* audit, 401)
      yield* active(true)
      assert.strictEqual(yield* audit, 200)
    }))

  it.effect("goes with its owner's password, as whoever knew that could have made it, and that is on the record", () =>
    Effect.gen(function*() {
      const { data, token: session } = yield* hired("lena", { roles: ["customer"] })
      const scopes = [grant("ticket:read", "own")]
      const { id, token } = yield* made({ token: session }, scopes)
      const other = yield* made({ as: "carla" }, scopes)
      const change = (body: object) => done("PATCH", `/v1/users/${data.id}`, { as: "alex", body })
      yield* change({ name: "Lena" })
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 200)
      yield* change({ password: "another one that is long" })
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 401)
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token: other.token }), 200)
      assert.deepInclude((yield* auditOf(id)).at(-1), { action: "api_token.revoked", actorId: personIds.alex })
    }))

  it.effect("is good for nothing once revoked, which only its owner can do", () =>
    Effect.gen(function*() {
      const { id, token } = yield* made({ as: "carla" }, [grant("ticket:read", "own")])
      const path = `/v1/api-tokens/${id}`
      for (const as of ["chris", "alex"] as const) {
        assert.strictEqual(yield* statusOf("DELETE", path, { as }), 404)
        assert.strictEqual(yield* statusOf("GET", path, { as }), 404)
      }
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 200)
      assert.strictEqual(yield* statusOf("DELETE", path, { as: "carla" }), 204)
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 401)
      assert.strictEqual(yield* statusOf("DELETE", path, { as: "carla" }), 404)
      const rows = yield* auditOf(id)
      assert.deepStrictEqual(rows.map(({ action }) => action), ["api_token.created", "api_token.revoked"])
    }))

  it.effect("that is forged, cut short, changed or out of its time is none", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const { id, token } = yield* made({ as: "carla" }, [grant("ticket:read", "own")])
      const other = token.endsWith("A") ? "B" : "A"
      const forged = [
        "opd_",
        "opd_x",
        `${token}A`,
        token.slice(0, -1),
        token.slice(0, -1) + other,
        token.toUpperCase(),
        `opd_${"A".repeat(51)}`,
        `opd_${"é".repeat(51)}`.normalize("NFKD").replaceAll(/[^\w]/g, "-")
      ]
      for (const text of forged) {
        const refused = yield* ask("GET", "/v1/me", { token: text })
        assert.deepStrictEqual([refused.status, refused.json.code], [401, "unauthenticated"], text)
        assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/)
      }
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 200)
      yield* sql`update api_tokens set expires_at = now() - interval '1 ms' where id = ${id}`
      assert.strictEqual(yield* statusOf("GET", "/v1/me", { token }), 401)
    }))

  it.effect("is written down as used once a minute at most", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { id, token } = yield* made({ as: "carla" }, [grant("ticket:read", "own")])
      const version = Effect.map(
        sql<{ row: string }>`select xmin::text || ' ' || last_used_at as row from api_tokens where id = ${id}`,
        ([row]) => row?.row
      )
      yield* statusOf("GET", "/v1/me", { token })
      const first = yield* version
      yield* Effect.forEach([1, 2, 3, 4, 5], () => statusOf("GET", "/v1/me", { token }), { concurrency: "unbounded" })
      assert.strictEqual(yield* version, first)
      yield* sql`update api_tokens set last_used_at = last_used_at - interval '61 s' where id = ${id}`
      const earlier = yield* version
      yield* statusOf("GET", "/v1/me", { token })
      assert.notStrictEqual(yield* version, earlier)
    }))

  it.effect("holds no more than its owner, for a year at most, and takes no field that is not its maker's to set", () =>
    Effect.gen(function*() {
      const post = (body: object) => refusal("POST", "/v1/api-tokens", { as: "carla", body })
      const scopes = [grant("ticket:read", "own")]
      assert.deepStrictEqual(
        yield* post({ name: "x", scopes: [...scopes, grant("ticket:read", "any")] }),
        [403, "forbidden", "ticket:read"]
      )
      for (const days of [-1, 0, 366]) {
        const [status, code, at] = yield* post({ name: "x", scopes, expiresAt: yield* inDays(days) })
        assert.deepStrictEqual([status, code, at], [400, "validation-failed", ["/expiresAt"]])
      }
      const { expiresAt } = yield* made({ as: "carla" }, scopes, { expiresAt: yield* inDays(364) })
      assert.isAbove(Date.parse(expiresAt), Date.parse(yield* inDays(363)))
      for (const body of [{ name: "x", scopes: [] }, { name: "x", scopes: [...scopes, ...scopes] }]) {
        assert.deepStrictEqual(yield* post(body), [400, "validation-failed", ["/scopes"]])
      }
      for (const field of ["id", "token", "userId", "tokenHash", "prefix", "lastUsedAt", "createdAt", "constructor"]) {
        assert.deepStrictEqual(
          yield* post({ name: "x", scopes, [field]: "x" }),
          [400, "validation-failed", [`/${field}`]]
        )
      }
    }))

  it.effect("is one of a hundred at most, and ends no session, as it has none", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { token } = yield* hired("maxi", { roles: ["customer"] })
      const body = { name: "one more", scopes: [grant("ticket:read", "own")] }
      const made = yield* Effect.forEach(Array.from({ length: 101 }), () =>
        ask("POST", "/v1/api-tokens", { token, body }))
      assert.deepStrictEqual(
        made.map(({ status }) =>
          status
        ),
        [...Array.from({ length: 100 }, () => 201), 400]
      )
      const [first] = made
      yield* ask("DELETE", `/v1/api-tokens/${first?.json.data.id}`, { token })
      const another = yield* ask("POST", "/v1/api-tokens", { token, body })
      assert.strictEqual(another.status, 201)
      const left = yield* ask("POST", "/v1/auth/logout", { token: another.json.data.token })
      assert.deepStrictEqual([left.status, left.json.code], [403, "forbidden"])
    }))

  it.effect("is one of a hundred at most, also when many are made at once", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const { data, token } = yield* hired("crowd", { roles: ["customer"] })
      yield* sql`
        insert into api_tokens (id, user_id, name, prefix, token_hash, created_at, expires_at)
        select uuidv7(), ${data.id}, 'One of many', 'opd_', sha256(i::text::bytea), now(), now() + interval '1 day'
        from generate_series(1, 97) i`
      const body = { name: "one more", scopes: [grant("ticket:read", "own")] }
      const made = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => ask("POST", "/v1/api-tokens", { token, body }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(made.map(({ status }) => status).toSorted(), [
        ...Array.from({ length: 3 }, () => 201),
        ...Array.from({ length: 7 }, () => 400)
      ])
    }))

  it.effect("deals with no tokens, roles or passwords, whatever its scopes", () =>
    Effect.gen(function*() {
      const { data } = yield* hired("otto")
      const everything = (yield* done("GET", "/v1/me", { as: "alex" })).permissions
      const { id, token } = yield* made({ as: "alex" }, everything)
      const user = `/v1/users/${data.id}`
      const [role]: ReadonlyArray<Json> = yield* done("GET", "/v1/roles", { token })
      const asked: ReadonlyArray<readonly [string, string, object?]> = [
        ["GET", "/v1/api-tokens"],
        ["POST", "/v1/api-tokens", { name: "more", scopes: [grant("ticket:read", "any")] }],
        ["GET", `/v1/api-tokens/${id}`],
        ["DELETE", `/v1/api-tokens/${id}`],
        ["POST", "/v1/roles", { name: "more", permissions: [] }],
        ["PUT", `/v1/roles/${role.id}/permissions`, { permissions: [] }],
        ["PUT", `${user}/roles`, { roles: ["admin"] }],
        ["PATCH", user, { password: "the machine's own" }],
        ["PATCH", user, { email: "machine@test.local" }],
        ["POST", "/v1/users", { email: "m@test.local", name: "M", password: "the machine's own" }]
      ]
      for (const [method, path, body] of asked) {
        const refused = yield* refusal(method, path, { token, ...(body === undefined ? {} : { body }) })
        assert.deepStrictEqual(refused, [403, "forbidden", undefined], `${method} ${path}`)
      }
      // An account without a secret, or one less, is a machine's work.
      yield* done("POST", "/v1/users", { token, body: { email: "m@test.local", name: "M" } })
      yield* done("PATCH", user, { token, body: { active: false } })
    }))
})

import { assert, layer } from "@effect/vitest"
import { SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import { AtProvider, begun, codeIn, exchanged, sentOn, signedIn, wentThere } from "./AtProvider.ts"
import { TestHttp } from "./TestHttp.ts"

/** The provider says no: where the desk sends the browser then. */
const deniedBy = Effect.fnUntraced(function*(iss: string) {
  const { cookie, location } = yield* begun
  const state = new URL(location).searchParams.get("state") ?? ""
  const back =
    `/v1/auth/oidc/callback?error=access_denied&error_description=%3Cscript%3E&state=${state}${iss}&next=https%3A%2F%2Felsewhere.test`
  return (yield* sentOn(back, cookie)).location
})

/** What the audit says of people who were refused, the last of them first. */
const refusals = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`select entity_id, after from audit_log where action = 'session.refused' order by seq desc`
)

layer(AtProvider(), { excludeTestServices: true })("whoever signs in at the provider", (it) => {
  it.effect("comes to a session of the desk's own, with an account made for them", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answer = yield* signedIn({ sub: "u-1", email: "una@far.test", name: "Una", roles: ["agent", "singer"] })
      assert.strictEqual(answer.status, 200)
      const { accessToken, expiresIn, refreshToken, tokenType } = answer.json.data
      assert.deepStrictEqual([tokenType, expiresIn], ["Bearer", 900])
      assert.match(answer.headers.getSetCookie().join(), /^opsdesk-sign-in=; Max-Age=0/)
      const me = yield* ask("GET", "/v1/me", { token: accessToken })
      assert.deepInclude(me.json.data, { email: "una@far.test", name: "Una", roles: ["agent"], active: true })
      assert.strictEqual((yield* ask("POST", "/v1/auth/refresh", { body: { refreshToken } })).status, 200)
      assert.strictEqual((yield* ask("POST", "/v1/auth/logout", { token: accessToken })).status, 204)
      assert.strictEqual((yield* ask("GET", "/v1/me", { token: accessToken })).status, 401)
    }))

  it.effect("is the same person the next time, whatever their name and address are then", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const idOf = (token: string) => Effect.map(ask("GET", "/v1/me", { token }), ({ json }) => json.data.id)
      const first = yield* signedIn({ sub: "u-2", email: "dua@far.test" })
      const second = yield* signedIn({ sub: "u-2", email: "other@far.test", name: "Somebody Else" })
      assert.strictEqual(yield* idOf(second.json.data.accessToken), yield* idOf(first.json.data.accessToken))
    }))

  it.effect("is not taken for somebody who has the same address, and gets one of their own", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answer = yield* signedIn({ sub: "u-3", email: "ALEX@test.local", name: "Not Alex", roles: ["customer"] })
      const { data } = (yield* ask("GET", "/v1/me", { token: answer.json.data.accessToken })).json
      assert.strictEqual(data.email, `${data.id}@oidc.invalid`)
      assert.deepStrictEqual([data.name, data.roles], ["Not Alex", ["customer"]])
    }))

  it.effect("is a customer where the provider names no role that the desk has", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const [sub, roles] of [["u-4", ["Admin", "root"]], ["u-5", []]] as const) {
        const answer = yield* signedIn({ sub, roles })
        const me = yield* ask("GET", "/v1/me", { token: answer.json.data.accessToken })
        assert.deepStrictEqual(me.json.data.roles, ["customer"])
      }
    }))

  it.effect("goes on with the page alone: nothing secret is in an address but the code, and that behind the #", () =>
    Effect.gen(function*() {
      const { back, cookie } = yield* wentThere({ sub: "u-6" })
      const { answer, location, status } = yield* sentOn(back, cookie)
      assert.strictEqual(status, 303)
      assert.match(location, /^\/#oidc=[\w-]{43}$/)
      assert.strictEqual(answer.headers.get("referrer-policy"), "no-referrer")
      // What the table holds lets nobody in: neither the code nor the cookie is in it.
      const sql = yield* SqlClient.SqlClient
      const kept = JSON.stringify(yield* sql`select * from oidc_flows`)
      for (const secret of [codeIn(location), cookie.split("=")[1] ?? ""]) {
        assert.notInclude(kept, secret)
        assert.notInclude(kept, Buffer.from(secret).toString("hex"))
      }
    }))

  it.effect("hears that the sign-in has expired when the provider's answer comes twice, or to another browser", () =>
    Effect.gen(function*() {
      const { back, cookie } = yield* wentThere({ sub: "u-7" })
      const other = yield* begun
      assert.strictEqual((yield* sentOn(back, other.cookie)).location, "/#oidc-error=expired")
      assert.strictEqual((yield* sentOn(back, "")).location, "/#oidc-error=expired")
      assert.strictEqual(
        (yield* sentOn(back.replace(/state=[^&]*/, "state=made-up"), cookie)).location,
        "/#oidc-error=expired"
      )
      assert.strictEqual((yield* sentOn(back.replace(/state=[^&]*&?/, ""), cookie)).location, "/#oidc-error=expired")
      assert.match((yield* sentOn(back, cookie)).location, /^\/#oidc=/)
      assert.strictEqual((yield* sentOn(back, cookie)).location, "/#oidc-error=expired")
    }))

  it.effect("is refused with a code that another sign-in has begun for, as its verifier and nonce are others", () =>
    Effect.gen(function*() {
      const mine = yield* wentThere({ sub: "u-8" })
      const theirs = yield* wentThere({ sub: "u-9" })
      const code = /code=([^&]*)/.exec(theirs.back)?.[1] ?? ""
      const mixed = mine.back.replace(/code=[^&]*/, `code=${code}`)
      assert.strictEqual((yield* sentOn(mixed, mine.cookie)).location, "/#oidc-error=refused")
    }))

  it.effect("is refused where another issuer answers, or the provider hides who answers", () =>
    Effect.gen(function*() {
      for (const iss of ["iss=https%3A%2F%2Felsewhere.test", ""]) {
        const { back, cookie } = yield* wentThere({ sub: "u-10" })
        assert.match(back, /iss=/)
        assert.strictEqual((yield* sentOn(back.replace(/iss=[^&]*/, iss), cookie)).location, "/#oidc-error=refused")
      }
    }))

  it.effect("hears in a word that the provider said no, and nothing that came along", () =>
    Effect.gen(function*() {
      const { issuer } = yield* SignInProvider
      assert.strictEqual(yield* deniedBy(`&iss=${encodeURIComponent(issuer)}`), "/#oidc-error=denied")
    }))

  it.effect("gives the code for a session once, in the browser that began", () =>
    Effect.gen(function*() {
      const { back, cookie } = yield* wentThere({ sub: "u-11" })
      const other = yield* begun
      const { location } = yield* sentOn(back, cookie)
      const code = codeIn(location)
      const refused = yield* exchanged(code, other.cookie)
      assert.deepStrictEqual([refused.status, refused.json.code], [401, "unauthenticated"])
      assert.strictEqual((yield* exchanged(code, "")).status, 401)
      assert.strictEqual((yield* exchanged("made-up", cookie)).status, 401)
      const both = yield* Effect.all([exchanged(code, cookie), exchanged(code, cookie)], { concurrency: "unbounded" })
      assert.deepStrictEqual(both.map(({ status }) => status).toSorted(), [200, 401])
      assert.strictEqual((yield* exchanged(code, cookie)).status, 401)
    }))

  it.effect("cannot come back too late, neither from the provider nor with the code", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const late = yield* wentThere({ sub: "u-12" })
      yield* sql`update oidc_flows set expires_at = now() - interval '1 second'`
      assert.strictEqual((yield* sentOn(late.back, late.cookie)).location, "/#oidc-error=expired")
      const slow = yield* wentThere({ sub: "u-12" })
      const { location } = yield* sentOn(slow.back, slow.cookie)
      yield* sql`update oidc_flows set handoff_expires_at = now() - interval '1 second' where user_id is not null`
      assert.strictEqual((yield* exchanged(codeIn(location), slow.cookie)).status, 401)
      assert.strictEqual((yield* sql`select from oidc_flows where expires_at < now()`).length, 0)
    }))

  it.effect("is refused where somebody else says no in the provider's place", () =>
    Effect.gen(function*() {
      for (const iss of ["&iss=https%3A%2F%2Felsewhere.test", ""]) {
        assert.strictEqual(yield* deniedBy(iss), "/#oidc-error=refused")
      }
      const [first] = yield* refusals
      assert.deepStrictEqual(first, { entityId: null, after: { reason: "not the provider's answer" } })
    }))

  it.effect("is refused when the account is deactivated, and comes in again when it is not", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const first = yield* signedIn({ sub: "u-13" })
      const { id } = (yield* ask("GET", "/v1/me", { token: first.json.data.accessToken })).json.data
      const setActive = (active: boolean) => ask("PATCH", `/v1/users/${id}`, { as: "alex", body: { active } })
      yield* setActive(false)
      const { back, cookie } = yield* wentThere({ sub: "u-13" })
      assert.strictEqual((yield* sentOn(back, cookie)).location, "/#oidc-error=refused")
      assert.deepStrictEqual((yield* refusals)[0], { entityId: id, after: { reason: "account deactivated" } })
      yield* setActive(true)
      assert.strictEqual((yield* signedIn({ sub: "u-13" })).status, 200)
    }))

  it.effect("is refused when the account is deactivated while the page has the code already", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const first = yield* signedIn({ sub: "u-15" })
      const { id } = (yield* ask("GET", "/v1/me", { token: first.json.data.accessToken })).json.data
      const { back, cookie } = yield* wentThere({ sub: "u-15" })
      const { location } = yield* sentOn(back, cookie)
      yield* ask("PATCH", `/v1/users/${id}`, { as: "alex", body: { active: false } })
      assert.strictEqual((yield* exchanged(codeIn(location), cookie)).status, 401)
      assert.lengthOf(yield* sql`select from sessions where user_id = ${id} and ended_at is null`, 0)
      assert.deepStrictEqual((yield* refusals)[0], { entityId: id, after: { reason: "account deactivated" } })
      yield* ask("PATCH", `/v1/users/${id}`, { as: "alex", body: { active: true } })
      assert.strictEqual((yield* exchanged(codeIn(location), cookie)).status, 401)
    }))

  it.effect("waits while the provider is away, and others go on", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { setUp } = yield* SignInProvider
      const { back, cookie } = yield* wentThere({ sub: "u-14" })
      setUp(false)
      assert.strictEqual((yield* sentOn(back, cookie)).location, "/#oidc-error=unavailable")
      assert.strictEqual((yield* ask("GET", "/v1/me", { as: "ada" })).status, 200)
      assert.strictEqual((yield* ask("GET", "/health/ready")).status, 200)
      setUp(true)
      assert.strictEqual((yield* signedIn({ sub: "u-14" })).status, 200)
    }))

  it.effect("gets an answer whatever comes along, and never more than that it did not work", () =>
    Effect.gen(function*() {
      const http = yield* TestHttp
      const { cookie, location } = yield* begun
      const state = new URL(location).searchParams.get("state") ?? ""
      const text = fc.string({ unit: "binary", maxLength: 60 })
      const query = fc.record(
        { state: fc.oneof(fc.constant(state), text), code: text, iss: text, error: text, scope: text, hd: text },
        { requiredKeys: [] }
      )
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(query, fc.oneof(fc.constant(cookie), fc.base64String()), async (sent, browser) => {
            const address = `/v1/auth/oidc/callback?${new URLSearchParams(sent)}`
            const answer = await Effect.runPromise(http.ask("GET", address, { headers: { cookie: browser } }))
            if (answer.status !== 400) assert.match(answer.headers.get("location") ?? "", /^\/#oidc-error=[a-z]+$/)
            const refused = await Effect.runPromise(
              http.ask("POST", "/v1/auth/oidc/session", {
                body: { code: sent.code ?? "" },
                headers: { cookie: browser }
              })
            )
            assert.include([400, 401], refused.status)
          }),
          { numRuns: 150 }
        )
      )
    }))

  it.effect("is told how, and that passwords are not taken", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { issuer } = yield* SignInProvider
      assert.deepStrictEqual((yield* ask("GET", "/v1/auth/oidc/config")).json.data, {
        enabled: true,
        localLogin: false,
        issuer,
        clientId: "desk-page"
      })
      const credentials = { email: "ada@test.local", password: "ada may come in" }
      const refused = yield* ask("POST", "/v1/auth/login", { body: credentials })
      assert.deepStrictEqual([refused.status, refused.json.code], [403, "forbidden"])
    }))
})

layer(AtProvider({ OPSDESK_PUBLIC_URL: "https://desk.test", OPSDESK_LOCAL_AUTH: "on" }), { excludeTestServices: true })(
  "a desk on https",
  (it) => {
    it.effect("keeps the cookie to itself, and away from scripts and other sites", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const answer = yield* ask("GET", "/v1/auth/oidc/start")
        assert.strictEqual(answer.status, 302)
        const [value, ...attributes] = answer.headers.getSetCookie().join().split("; ")
        assert.match(value ?? "", /^__Host-opsdesk-sign-in=[\w-]{43}$/)
        assert.sameMembers(attributes, ["Max-Age=600", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"])
        const { searchParams } = new URL(answer.headers.get("location") ?? "")
        assert.strictEqual(searchParams.get("redirect_uri"), "https://desk.test/v1/auth/oidc/callback")
      }))

    it.effect("takes passwords beside the provider where it is told to", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const credentials = { email: "ada@test.local", password: "ada may come in" }
        assert.strictEqual((yield* ask("POST", "/v1/auth/login", { body: credentials })).status, 200)
        assert.isTrue((yield* ask("GET", "/v1/auth/oidc/config")).json.data.localLogin)
      }))
  }
)

layer(AtProvider({ OPSDESK_LIMITS: "" }), { excludeTestServices: true })("whoever begins again and again", (it) => {
  it.effect("is told to wait, and leaves no more behind", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answers = yield* Effect.forEach(Array.from({ length: 90 }), () => ask("GET", "/v1/auth/oidc/start"))
      const sent = answers.filter(({ status }) => status === 302).length
      assert.isAtLeast(sent, 60)
      assert.strictEqual(answers.at(-1)?.status, 429)
      assert.isNotNull(answers.at(-1)?.headers.get("retry-after"))
      // A browser is at the page's button: it reads so there.
      const browser = yield* ask("GET", "/v1/auth/oidc/start", { headers: { accept: "text/html,*/*;q=0.8" } })
      assert.deepStrictEqual([browser.status, browser.headers.get("location")], [303, "/#oidc-error=busy"])
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* sql`select from oidc_flows`).length, sent)
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a desk without a provider", (it) => {
  it.effect("says so", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      assert.deepStrictEqual((yield* ask("GET", "/v1/auth/oidc/config")).json.data, {
        enabled: false,
        localLogin: true,
        issuer: null,
        clientId: null
      })
      for (const path of ["start", "callback?code=x&state=y&session_state=z"]) {
        const missing = yield* ask("GET", `/v1/auth/oidc/${path}`)
        assert.deepStrictEqual([missing.status, missing.json.code], [404, "not-found"])
      }
    }))
})

import { assert, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import type { Person } from "@opsdesk/testkit/people"
import { emailOf, passwordOf, personIds } from "@opsdesk/testkit/people"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import { TestHttp } from "./TestHttp.ts"

/** In `pnpm test:faults` as many as the promise says. */
const replays = process.env["OPSDESK_FAULTS"] === "all" ? 1000 : 50

const Tokens = Schema.Struct({ accessToken: Schema.String, refreshToken: Schema.String })
const decodeTokens = Schema.decodeUnknownSync(Schema.Struct({ data: Tokens }))

const signIn = Effect.fnUntraced(function*(person: Person, password = passwordOf(person)) {
  const { ask } = yield* TestHttp
  const { json } = yield* ask("POST", "/v1/auth/login", { body: { email: emailOf(person), password } })
  return decodeTokens(json).data
})

const refresh = Effect.fnUntraced(function*(refreshToken: string, key?: string) {
  const { ask } = yield* TestHttp
  return yield* ask("POST", "/v1/auth/refresh", {
    body: { refreshToken },
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } })
  })
})

const me = Effect.fnUntraced(function*(token: string) {
  const { ask } = yield* TestHttp
  return (yield* ask("GET", "/v1/me", { token })).status
})

/** How often something is in the record about a person's sessions. */
const recorded = Effect.fnUntraced(function*(action: string) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ count: number }>`select count(*)::int as count from audit_log where action = ${action}`
  return row?.count ?? 0
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a session", (it) => {
  it.effect("goes on with the next refresh token, and the access token stays good", () =>
    Effect.gen(function*() {
      const first = yield* signIn("carla")
      const answer = yield* refresh(first.refreshToken)
      assert.deepStrictEqual([answer.status, answer.headers.get("cache-control")], [200, "no-store"])
      const second = decodeTokens(answer.json).data
      assert.notStrictEqual(second.refreshToken, first.refreshToken)
      assert.deepStrictEqual([yield* me(first.accessToken), yield* me(second.accessToken)], [200, 200])
      assert.strictEqual((yield* refresh(second.refreshToken)).status, 200)
    }))

  it.effect(
    "ends for both when a spent token comes again, each time with a line in the record",
    () =>
      Effect.gen(function*() {
        const first = yield* signIn("carla")
        const second = decodeTokens((yield* refresh(first.refreshToken, "first")).json).data
        const before = yield* recorded("session.token_reused")
        const answers = yield* Effect.forEach(
          Array.from({ length: replays }),
          (_, at) => refresh(first.refreshToken, at % 2 === 0 ? undefined : `guess ${at}`.replace(" ", "-")),
          { concurrency: 10 }
        )
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([401]))
        assert.strictEqual((yield* recorded("session.token_reused")) - before, replays)
        assert.strictEqual((yield* refresh(second.refreshToken)).status, 401)
        assert.deepStrictEqual([yield* me(first.accessToken), yield* me(second.accessToken)], [401, 401])
      }),
    120_000
  )

  it.effect("gives the same successor to a client that has lost the answer and asks with the same key", () =>
    Effect.gen(function*() {
      const first = yield* signIn("carla")
      const answers = yield* Effect.forEach(
        Array.from({ length: 8 }),
        () => refresh(first.refreshToken, "the-lost-answer"),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      const successors = new Set(answers.map(({ json }) => decodeTokens(json).data.refreshToken))
      assert.strictEqual(successors.size, 1)
      const [successor = ""] = successors
      assert.strictEqual((yield* refresh(successor)).status, 200)
      // Once the successor is used, nobody can have lost it.
      assert.strictEqual((yield* refresh(first.refreshToken, "the-lost-answer")).status, 401)
      assert.strictEqual(yield* me(first.accessToken), 401)
    }))

  it.effect("is kept by one of twenty who use its token at once without a key, and then ended by the others", () =>
    Effect.gen(function*() {
      const { accessToken, refreshToken } = yield* signIn("chris")
      const answers = yield* Effect.forEach(Array.from({ length: 20 }), () => refresh(refreshToken), {
        concurrency: "unbounded"
      })
      const winners = answers.filter(({ status }) => status === 200)
      assert.strictEqual(winners.length, 1)
      assert.strictEqual(answers.filter(({ status }) => status === 401).length, 19)
      assert.strictEqual(yield* me(accessToken), 401)
      const [winner] = winners
      assert.strictEqual((yield* refresh(decodeTokens(winner?.json).data.refreshToken)).status, 401)
    }))

  it.effect("is refused in the same words whatever is wrong with the token", () =>
    Effect.gen(function*() {
      const { refreshToken } = yield* signIn("carla")
      const wrong = [
        "x",
        "!",
        "a".repeat(43),
        refreshToken.slice(1),
        `${refreshToken}A`,
        (yield* signIn("chris")).accessToken.slice(0, 128)
      ]
      const details = new Set<string>()
      for (const token of wrong) {
        const answer = yield* refresh(token)
        assert.strictEqual(answer.status, 401, token)
        assert.strictEqual(answer.headers.get("www-authenticate"), "Bearer realm=\"opsdesk\"")
        details.add(answer.json.detail)
      }
      assert.strictEqual(details.size, 1)
      assert.strictEqual((yield* refresh(refreshToken)).status, 200)
      const { ask } = yield* TestHttp
      for (const key of ["", "a b", "x".repeat(256), "ü"]) {
        const answer = yield* ask("POST", "/v1/auth/refresh", {
          body: { refreshToken },
          headers: { "idempotency-key": encodeURI(key) === key ? key : "\u00fc" }
        })
        assert.strictEqual(answer.status, 400, key)
        assert.deepInclude(answer.json.errors[0], { parameter: "idempotency-key" })
      }
    }))

  it.effect("ends with signing out, once, for the access token as for the refresh token, and for no other session", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const here = yield* signIn("ada")
      const there = yield* signIn("ada")
      const before = yield* recorded("session.ended")
      // Whoever wants out is not kept in by what they bring along.
      const body = { refreshToken: here.refreshToken }
      const left = yield* ask("POST", "/v1/auth/logout", { token: here.accessToken, body })
      assert.deepStrictEqual([left.status, left.text], [204, ""])
      assert.strictEqual(yield* me(here.accessToken), 401)
      assert.strictEqual((yield* refresh(here.refreshToken)).status, 401)
      assert.strictEqual((yield* ask("POST", "/v1/auth/logout", { token: here.accessToken })).status, 401)
      assert.strictEqual((yield* recorded("session.ended")) - before, 1)
      assert.strictEqual(yield* me(there.accessToken), 200)
      assert.strictEqual((yield* refresh(there.refreshToken)).status, 200)
    }))

  it.effect("ends with the account and with the password, and does not come back with the account", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const path = `/v1/users/${personIds.nora}`
      const one = yield* signIn("nora")
      assert.strictEqual((yield* ask("PATCH", path, { as: "alex", body: { active: false } })).status, 200)
      assert.strictEqual(yield* me(one.accessToken), 401)
      assert.strictEqual((yield* refresh(one.refreshToken)).status, 401)
      assert.strictEqual((yield* ask("PATCH", path, { as: "alex", body: { active: true } })).status, 200)
      assert.strictEqual(yield* me(one.accessToken), 401)
      assert.strictEqual((yield* refresh(one.refreshToken)).status, 401)

      const two = yield* signIn("nora")
      const password = "another one that is long"
      assert.strictEqual((yield* ask("PATCH", path, { as: "alex", body: { password } })).status, 200)
      assert.strictEqual(yield* me(two.accessToken), 401)
      assert.strictEqual((yield* refresh(two.refreshToken)).status, 401)
      assert.strictEqual(yield* me((yield* signIn("nora", password)).accessToken), 200)
    }))

  it.effect("is nowhere in the database in a form that could be used", () =>
    Effect.gen(function*() {
      const first = yield* signIn("carla")
      const second = decodeTokens((yield* refresh(first.refreshToken, "kept-secret-key")).json).data
      const dump = yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql<{ text: string }>`
          select t::text as text from refresh_tokens t union all select s::text from sessions s
          union all select a::text from audit_log a`
        return rows.map(({ text }) => text).join("\n")
      }))
      for (const secret of [first.refreshToken, second.refreshToken, "kept-secret-key"]) {
        assert.notInclude(dump, secret)
        assert.notInclude(dump, Buffer.from(secret, "base64url").toString("hex"))
      }
    }))
})

/** As many connections as a program must have, and as many sessions as hold them all at once. */
const Few = TestHttp.layer("peopled", undefined, { DB_POOL: "2" })

layer(Few, { excludeTestServices: true })("a program that has just started, on few connections,", (it) => {
  it.effect("goes on with many sessions at once, though it has read no key yet", () =>
    Effect.gen(function*() {
      const sessions = yield* Effect.forEach(Array.from({ length: 8 }), () => signIn("carla"))
      const answers = yield* Effect.forEach(sessions, ({ refreshToken }) => refresh(refreshToken), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(answers.map(({ status }) => status), sessions.map(() => 200))
    }))
})

layer(
  TestHttp.layer("peopled", undefined, { OPSDESK_LIMITS: join(import.meta.dirname, "fixtures/refreshes.json") }),
  { excludeTestServices: true }
)("whoever goes on too often from one address", (it) => {
  it.effect("is refused before anything is looked at or written down", () =>
    Effect.gen(function*() {
      const { refreshToken } = yield* signIn("carla")
      const before = yield* recorded("session.token_reused")
      const answers = yield* Effect.forEach(Array.from({ length: 8 }), () => refresh(refreshToken))
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 401, 401, 401, 429, 429, 429, 429])
      assert.strictEqual((yield* recorded("session.token_reused")) - before, 3)
      assert.match(answers.at(-1)?.headers.get("retry-after") ?? "", /^[1-9]\d*$/)
    }))
})

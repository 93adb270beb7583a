import { assert, layer } from "@effect/vitest"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { personIds } from "@opsdesk/testkit/people"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const signIn = (email: string, password: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(TestHttp, ({ ask }) => ask("POST", "/v1/auth/login", { body: { email, password }, headers }))

const isRefused = (answer: Answer) => {
  assert.strictEqual(answer.status, 429, answer.text)
  assert.deepInclude(answer.json, { type: "/problems/rate-limited", code: "rate-limited", status: 429 })
  const wait = answer.headers.get("retry-after")
  assert.match(wait ?? "", /^[1-9]\d*$/)
  assert.strictEqual(answer.json.retryAfter, Number(wait))
  assert.match(answer.headers.get("ratelimit") ?? "", /r=0;t=\d+/)
}

/** What the record says of those who were not heard, of an account or of none. */
const onRecord = (userId: string | null) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql`
      select actor_id, ip, after from audit_log
      where action = 'session.refused' and after is not null and entity_id is not distinct from ${userId}`)

/** Figures that a test can reach; nothing comes back while it runs. */
const Tight = Layer.unwrap(Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "opsdesk-limits-"))
      const slow = { perSecond: 1, burst: 1 }
      writeFileSync(
        join(folder, "limits.json"),
        JSON.stringify({
          writes: { perSecond: 1, burst: 3600 },
          reads: { ...slow, burst: 7200 },
          searches: { ...slow, burst: 2 },
          signInAttempts: { most: 40, seconds: 86_400 }
        })
      )
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ),
  (folder) => TestHttp.layer("peopled", undefined, { OPSDESK_LIMITS: join(folder, "limits.json") })
))

layer(TestHttp.layer("peopled", undefined, { OPSDESK_LIMITS: join(import.meta.dirname, "fixtures/guesses.json") }), {
  excludeTestServices: true
})("whoever guesses passwords", (it) => {
  it.effect("is heard ten times for an account, whatever is in capitals, comes at once or says where it is from", () =>
    Effect.gen(function*() {
      const answers = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, at) => at),
        (at) =>
          signIn(at % 2 === 0 ? "chris@test.local" : "Chris@Test.Local", `guess ${at}`, {
            "x-forwarded-for": `192.0.2.${at}`
          }),
        { concurrency: 4 }
      )
      const statuses = answers.map(({ status }) => status)
      assert.deepStrictEqual([statuses.filter((status) => status === 401).length, new Set(statuses)], [
        10,
        new Set([401, 429])
      ])
      for (const refused of answers.filter(({ status }) => status === 429)) isRefused(refused)
      const refused = yield* signIn("chris@test.local", "chris may come in")
      isRefused(refused)
      assert.notInclude(refused.headers.get("ratelimit") ?? "", "record")
      // Ninety-one were not heard: that is said, and does not fill the record.
      assert.deepStrictEqual(yield* onRecord(personIds.chris), [
        { actorId: null, ip: null, after: { reason: "too many failed sign-ins of the account" } }
      ])
    }))

  it.effect("hears the same of an account that there is not", () =>
    Effect.gen(function*() {
      const heard = (email: string) =>
        Effect.map(
          Effect.forEach(Array.from({ length: 12 }, (_, at) => at), (at) => signIn(email, `guess ${at}`)),
          (answers) =>
            answers.map(({ headers, json, status }) => [
              status,
              json.code,
              headers.get("ratelimit-policy"),
              headers.get("ratelimit")?.replaceAll(/"sign-in-attempts";r=\d+;t=\d+/g, "").replaceAll(/t=\d+/g, "")
            ])
        )
      assert.deepStrictEqual(yield* heard("nora@test.local"), yield* heard("nobody@test.local"))
    }))

  it.effect("begins anew after signing in", () =>
    Effect.gen(function*() {
      for (const _ of [1, 2]) {
        for (let at = 0; at < 9; at++) assert.strictEqual((yield* signIn("ada@test.local", "guess")).status, 401)
        const session = yield* signIn("ada@test.local", "ada may come in")
        assert.strictEqual(session.status, 200, session.text)
      }
    }))

  it.effect("finds no second count behind another spelling of the same address", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = { email: "vivian@test.local", name: "Vivian", password: "vivian may come in" }
      assert.strictEqual((yield* ask("POST", "/v1/users", { as: "alex", body })).status, 201)
      // PostgreSQL's small letter of U+0130 is an i; that of JavaScript is an i and a dot.
      for (
        const email of [
          "vivian@test.local",
          "v\u0130vian@test.local",
          "vivian\u0040test.local",
          "nobod\u0130@test.local"
        ]
      ) {
        for (let at = 0; at < 12; at++) yield* signIn(email, `guess ${at}`)
      }
      for (const email of ["vivian@test.local", "V\u0130VIAN@test.local", "VIVIAN@TEST.LOCAL", "nobodi@test.local"]) {
        isRefused(yield* signIn(email, "vivian may come in"))
      }
    }))

  it.effect("is not taken for one who does by signing in sixteen times at once", () =>
    Effect.gen(function*() {
      const answers = yield* Effect.forEach(
        Array.from({ length: 16 }),
        () => signIn("amir@test.local", "amir may come in"),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map(({ status }) => status), answers.map(() => 200))
    }))

  it.effect("hears nothing of what strangers have left of an account until it is nothing", () =>
    Effect.gen(function*() {
      for (let at = 0; at < 10; at++) {
        const { headers, status } = yield* signIn("alex@test.local", "guess")
        assert.strictEqual(status, 401)
        assert.notInclude(headers.get("ratelimit") ?? "", "failed-sign-ins")
      }
      const refused = yield* signIn("alex@test.local", "guess")
      assert.include(refused.headers.get("ratelimit") ?? "", "\"failed-sign-ins\";r=0")
    }))

  it.effect("from elsewhere keeps nobody out who has signed in from here", () =>
    Effect.gen(function*() {
      const limits = yield* RateLimits
      assert.strictEqual((yield* signIn("carla@test.local", "carla may come in")).status, 200)
      for (let at = 0; at < 10; at++) yield* limits.take("failedSignIns", "carla@test.local")
      assert.isTrue(yield* limits.isSpent("failedSignIns", "carla@test.local"))
      assert.strictEqual((yield* signIn("carla@test.local", "carla may come in")).status, 200)
      assert.isTrue(yield* limits.isSpent("failedSignIns", "carla@test.local"), "and undoes nothing of it")
    }))
})

layer(Tight, { excludeTestServices: true })("whoever asks too often", (it) => {
  it.effect("hears with each answer what is left, of reads, searches and writes apart", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const read = yield* ask("GET", "/v1/me", { as: "carla" })
      assert.strictEqual(read.headers.get("ratelimit-policy"), "\"reads\";q=7200;w=7200")
      assert.strictEqual(read.headers.get("ratelimit"), "\"reads\";r=7199;t=1")
      const search = yield* ask("GET", "/v1/tickets?q=sound", { as: "carla" })
      assert.strictEqual(search.status, 200)
      assert.match(search.headers.get("ratelimit") ?? "", /^"reads";r=719\d;t=\d, "searches";r=1;t=1$/)
      const write = yield* ask("POST", "/v1/tickets", { as: "carla", body: { title: "No sound", description: "" } })
      assert.strictEqual(write.headers.get("ratelimit"), "\"writes\";r=3599;t=1")
      const wrong = yield* ask("POST", "/v1/tickets", { as: "carla", body: {} })
      assert.match(wrong.headers.get("ratelimit") ?? "", /^"writes";r=359\d;t=\d$/)
    }))

  it.effect("is refused, while everybody else is answered", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answers = yield* Effect.all(
        Array.from({ length: 30 }, () => ask("GET", "/v1/tickets?q=sound", { as: "ada" })),
        { concurrency: "unbounded" }
      )
      const refused = answers.filter(({ status }) => status === 429)
      assert.isAbove(refused.length, 0)
      for (const answer of refused) isRefused(answer)
      assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "ada" })).status, 200)
      assert.strictEqual((yield* ask("GET", "/v1/tickets?q=sound", { as: "alex" })).status, 200)
    }))

  it.effect("before signing in hears nothing of users' limits, and of an address's when it tries that too often", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      assert.isNull((yield* ask("GET", "/v1/me")).headers.get("ratelimit"))
      assert.isNull((yield* ask("GET", "/health")).headers.get("ratelimit"))
      const answers = yield* Effect.forEach(
        Array.from({ length: 45 }, (_, at) => at),
        (at) => signIn(`nobody${at}@test.local`, "guess")
      )
      assert.deepStrictEqual(answers.map(({ status }) => status), [
        ...Array.from({ length: 40 }, () => 401),
        ...Array.from({ length: 5 }, () => 429)
      ])
      assert.deepStrictEqual(yield* onRecord(null), [
        { actorId: null, ip: null, after: { reason: "too many sign-ins from the address" } }
      ])
    }))
})

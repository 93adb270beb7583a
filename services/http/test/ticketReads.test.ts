import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import * as fc from "fast-check"
import { opened } from "./onRecord.ts"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** What two answers to the same question may differ in. */
const perAnswer = new Set(["x-request-id", "ratelimit"])

const told = ({ headers, json, status, text }: Answer) => {
  const { requestId, ...problem } = status >= 400 ? json : {}
  return {
    status,
    body: status >= 400 ? { ...problem, isNamed: requestId === headers.get("x-request-id") } : text,
    headers: Object.fromEntries([...headers].filter(([name]) => !perAnswer.has(name)))
  }
}

/** The scheme's name is good in any case (RFC 9110, section 11.1); only the usual spelling goes the short way. */
const bothWays = Effect.fnUntraced(function*(as: Person, path: string, headers: Record<string, string> = {}) {
  const { ask, tokenOf } = yield* TestHttp
  const token = yield* tokenOf(as)
  const short = yield* ask("GET", path, { headers: { ...headers, authorization: `Bearer ${token}` } })
  const long = yield* ask("GET", path, { headers: { ...headers, authorization: `bearer ${token}` } })
  assert.deepStrictEqual(told(short), told(long), `${path} ${JSON.stringify(headers)}`)
  return short
})

const values: Record<string, ReadonlyArray<string>> = {
  status: ["open", "open,closed", "resolved,", "OPEN", ""],
  priority: ["high", "low,urgent", "none"],
  type: ["incident", "request,incident", "other"],
  assignee: ["me", "none", "nobody", "01900000-0000-7000-8000-000000000000"],
  requester: ["me", "none"],
  team: ["none", teamIds.Support, teamIds.Support.toUpperCase(), "x"],
  q: ["sound", "no%20sound", "%FF", "a%00b", "\"quoted", "x".repeat(501)],
  createdAfter: ["2020-01-01T00:00:00Z", "2020-01-01", "yesterday"],
  updatedAfter: ["2020-01-01T00:00:00.000Z"],
  sort: ["-priority,createdAt", "number", "number,-number", "title", "-"],
  limit: ["1", "100", "0", "101", "1.5", "x", "+1", "1e1"],
  include: ["total", "all"],
  cursor: ["x", ""],
  unknown: ["1"],
  "%73tatus": ["open"],
  ["__proto__"]: ["1"]
}

const pair = fc.constantFrom(...Object.keys(values)).chain((name) =>
  fc.constantFrom(...values[name] ?? [""]).map((value) => `${name}=${value}`)
)
const query = fc.tuple(fc.array(pair, { maxLength: 4 }), fc.constantFrom("", "&", "&&")).map(([pairs, end]) =>
  `${pairs.join("&")}${end}`
)

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a ticket or a list of them, the short way", (it) => {
  it.effect("is what it is the long way, whatever a list is asked with", () =>
    Effect.gen(function*() {
      for (const person of ["carla", "ada", "nora"] as const) yield* opened(person)
      const context = yield* Effect.context<TestHttp>()
      const run = Effect.runPromiseWith(context)
      const statuses: Array<number> = []
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.constantFrom("alex", "ada", "carla" as const), query, async (person, text) => {
            statuses.push((await run(bothWays(person, `/v1/tickets?${text}`))).status)
          }),
          { numRuns: 200 }
        )
      )
      assert.hasAllKeys(Object.groupBy(statuses, String), ["200", "400"])
    }))

  it.effect("is what it is the long way, however a ticket is named, and for whom it is none", () =>
    Effect.gen(function*() {
      const { id, number } = yield* opened("carla")
      const names = [
        id,
        String(id).toUpperCase(),
        number,
        `${number}?`,
        `${number}?q=x`,
        `0${number}`,
        `${number}/`,
        `${id}%20`,
        "",
        "0",
        "-1",
        "999999999",
        "9999999999",
        "x",
        "..",
        "%2e",
        `${id};v=1`,
        `%${number}`,
        `${number}#x`
      ]
      const statuses: Array<number> = []
      for (const person of ["alex", "carla", "chris"] as const) {
        for (const name of names) statuses.push((yield* bothWays(person, `/v1/tickets/${name}`)).status)
      }
      assert.hasAllKeys(Object.groupBy(statuses, String), ["200", "400", "404"])
    }))

  it.effect("is spared whoever has it already", () =>
    Effect.gen(function*() {
      const { id } = yield* opened("carla")
      for (const path of [`/v1/tickets/${id}`, "/v1/tickets?limit=1"]) {
        const etag = (yield* bothWays("carla", path)).headers.get("etag") ?? assert.fail("no ETag")
        const spared = yield* bothWays("carla", path, { "if-none-match": `"x", ${etag}` })
        assert.strictEqual(spared.status, 304)
        assert.strictEqual((yield* bothWays("carla", path, { "if-none-match": "\"x\"" })).status, 200)
      }
    }))

  it.effect("is refused whoever is nobody, in the same words", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const token of ["x", "x.y.z", "ops_x", ""]) {
        const [short, long] = yield* Effect.forEach(["Bearer", "bearer"], (scheme) =>
          ask("GET", "/v1/tickets", { headers: { authorization: `${scheme} ${token}` } }))
        assert.isDefined(short)
        assert.isDefined(long)
        assert.strictEqual(short.status, 401)
        assert.deepStrictEqual(told(short), told(long))
      }
    }))
})

import { assert, layer } from "@effect/vitest"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Effect } from "effect"
import type { Answer, Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** What a problem says, whatever else it says: everything but the request's id, which it must share with its header. */
const isProblem = (answer: Answer, status: number, code: keyof typeof problemTypes, instance: string) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
  const { detail, requestId, ...said } = answer.json
  assert.deepInclude(said, { type: `/problems/${code}`, title: problemTypes[code].title, status, code, instance })
  assert.match(detail, /^[A-Z`].*\.$/)
  assert.strictEqual(requestId, answer.headers.get("x-request-id"))
}

const ticket = { title: "No sound", description: "Since this morning." }

const errorsOf = ({ json }: Answer): ReadonlyArray<Json> => json.errors

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever asks", (it) => {
  const opened = Effect.flatMap(TestHttp, ({ ask }) => ask("POST", "/v1/tickets", { as: "carla", body: ticket }))

  it.effect("gets one thing in `data`, and hears where a new one is from now on", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const created = yield* opened
      assert.strictEqual(created.status, 201)
      assert.deepStrictEqual(Object.keys(created.json), ["data"])
      const location = created.headers.get("location") ?? ""
      assert.strictEqual(location, `/v1/tickets/${created.json.data.id}`)
      const found = yield* ask("GET", location, { as: "carla" })
      assert.deepStrictEqual(found.json, created.json)
      const byNumber = yield* ask("GET", `/v1/tickets/${created.json.data.number}`, { as: "carla" })
      assert.strictEqual(byNumber.text, found.text)
    }))

  it.effect("gets many in `data` with a page beside them, counted only when asked", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const _ of [1, 2, 3]) yield* opened
      const list = yield* ask("GET", "/v1/tickets", { as: "carla" })
      assert.deepStrictEqual(Object.keys(list.json), ["data", "page"])
      assert.deepStrictEqual(list.json.page, { limit: 20, nextCursor: null })
      assert.notProperty(list.json.data[0], "description")

      const two = yield* ask("GET", "/v1/tickets?limit=2&include=total", { as: "carla" })
      assert.strictEqual(two.json.data.length, 2)
      assert.isString(two.json.page.nextCursor)
      assert.strictEqual(two.json.page.total, list.json.data.length)
      assert.isTrue(two.json.page.totalIsExact)

      const roles = yield* ask("GET", "/v1/roles?include=total", { as: "ada" })
      assert.deepStrictEqual(roles.json.page, { limit: 20, nextCursor: null, total: 3, totalIsExact: true })
    }))

  it.effect("can have every list counted, whatever it lists and however small the page", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const path = `/v1/tickets/${(yield* opened).json.data.id}`
      for (const body of ["One", "Two"]) yield* ask("POST", `${path}/messages`, { as: "ada", body: { body } })
      yield* ask("POST", `${path}/messages`, { as: "ada", body: { body: "Hm", visibility: "internal" } })
      yield* ask("PATCH", `${path}/status`, { as: "ada", body: { status: "waiting" } })
      const { json: document } = yield* ask("GET", "/openapi.json")
      const lists = Object.entries<Json>(document.paths).filter(([, { get }]) =>
        get?.parameters?.some(({ name }: Json) => name === "include")
      ).map(([list]) => list.replace("/v1/tickets/{id}", path))
      assert.includeMembers(lists, ["/v1/tickets", `${path}/history`, `${path}/events`, `${path}/messages`])
      for (const list of lists) {
        const all = yield* ask("GET", `${list}?limit=100`, { as: "alex" })
        const one = yield* ask("GET", `${list}?limit=1&include=total`, { as: "alex" })
        const { total, totalIsExact } = one.json.page
        assert.deepStrictEqual([total, totalIsExact], [all.json.data.length, true], list)
      }
      const seen = yield* ask("GET", `${path}/events?include=total&after=1`, { as: "carla" })
      assert.strictEqual(seen.json.page.total, 3)
    }))

  it.effect.each(["0", "101", "-1", "abc", "1.5", "", "1e2", "9007199254740993"])(
    "for a page of `%s` things hears what a page may hold",
    (limit) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const refused = yield* ask("GET", `/v1/tickets?limit=${limit}`, { as: "carla" })
        isProblem(refused, 400, "validation-failed", "/v1/tickets")
        assert.deepStrictEqual([...new Set(errorsOf(refused).map(({ parameter }) => parameter))], ["limit"])
      })
  )

  it.effect("with a parameter that nobody knows hears its name, on every address under /v1", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = (yield* opened).json.data
      for (const path of ["/v1/tickets", `/v1/tickets/${id}`, "/v1/me", `/v1/tickets/${id}/history`]) {
        const refused = yield* ask("GET", `${path}?colour=blue&limt=5`, { as: "carla" })
        isProblem(refused, 400, "validation-failed", path)
        assert.deepStrictEqual(errorsOf(refused).map(({ parameter }) => parameter), ["colour", "limt"])
        isProblem(yield* ask("GET", `${path}?colour=blue`), 401, "unauthenticated", path)
      }
      const keys = yield* ask("GET", "/.well-known/jwks.json?colour=blue")
      isProblem(keys, 400, "validation-failed", "/.well-known/jwks.json")
    }))

  it.effect("with several faults in a body hears of each, by a pointer to it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = { title: 7, colour: "blue", "a/b~c": 1, priority: "asap" }
      const refused = yield* ask("POST", "/v1/tickets", { as: "carla", body })
      isProblem(refused, 400, "validation-failed", "/v1/tickets")
      assert.deepStrictEqual(
        errorsOf(refused).map(({ pointer }) => pointer).toSorted(),
        ["/a~1b~0c", "/colour", "/description", "/priority", "/title"]
      )
      const users = yield* ask("POST", "/v1/users", {
        as: "alex",
        body: { email: "x@y", name: "x", roles: ["agent", "pirate", "nobody"] }
      })
      assert.deepStrictEqual(errorsOf(users).map(({ pointer }) => pointer), ["/roles/1", "/roles/2"])
    }))

  it.effect.each([
    ["half an object", "{\"title\":"],
    ["a word", "title"],
    ["a comment", "{} // so"],
    ["brackets without end", "[".repeat(100_000)]
  ])("with %s for a body hears that it is no JSON", ([, body]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const refused = yield* ask("POST", "/v1/tickets", { as: "carla", body })
      isProblem(refused, 400, "malformed-json", "/v1/tickets")
    }))

  it.effect.each<readonly [string, Ask]>([
    ["a form", { body: "title=x", headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["plain text", { body: "{}", headers: { "content-type": "text/plain" } }],
    ["a patch", { body: "{}", headers: { "content-type": "application/merge-patch+json" } }]
  ])("with %s hears which kind of body is read", ([, request]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      isProblem(
        yield* ask("POST", "/v1/tickets", { as: "carla", ...request }),
        415,
        "unsupported-media-type",
        "/v1/tickets"
      )
    }))

  it.effect("may send a mebibyte and not a byte more", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const empty = JSON.stringify({ ...ticket, description: "" })
      const sized = (bytes: number) => JSON.stringify({ ...ticket, description: "x".repeat(bytes - empty.length) })
      const most = yield* ask("POST", "/v1/tickets", { as: "carla", body: sized(1_048_576) })
      assert.deepStrictEqual(errorsOf(most).map(({ pointer }) => pointer), ["/description"])
      const more = yield* ask("POST", "/v1/tickets", { as: "carla", body: sized(1_048_577) })
      isProblem(more, 413, "payload-too-large", "/v1/tickets")
    }))

  it.effect.each<readonly [string, Record<string, string>, string]>([
    ["nothing", {}, "Bearer realm=\"opsdesk\""],
    ["another scheme", { authorization: "Basic Y2FybGE6cGFzc3dvcmQ=" }, "Bearer realm=\"opsdesk\""],
    ["a made-up token", { authorization: "Bearer abc.def.ghi" }, "Bearer realm=\"opsdesk\", error=\"invalid_token\""]
  ])("who signs in with %s hears how it is done", ([, headers, challenge]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const refused = yield* ask("GET", "/v1/me", { headers })
      isProblem(refused, 401, "unauthenticated", "/v1/me")
      assert.strictEqual(refused.headers.get("www-authenticate"), challenge)
    }))

  it.effect("gets answers that no cache keeps and no browser guesses about", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const answer of [yield* ask("GET", "/v1/tickets", { as: "carla" }), yield* ask("GET", "/v1/tickets")]) {
        assert.strictEqual(answer.headers.get("cache-control"), "private, no-cache")
        assert.strictEqual(answer.headers.get("x-content-type-options"), "nosniff")
      }
      assert.strictEqual((yield* ask("GET", "/openapi.json")).headers.get("cache-control"), "no-cache")
    }))
})

import { assert, layer } from "@effect/vitest"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import { permissionMatrix } from "@opsdesk/testkit/permissionMatrix"
import { Effect } from "effect"
import { addressOf, freshThings } from "./freshThings.ts"
import { opened } from "./onRecord.ts"
import type { Answer, Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const gets = [...endpointsOf(Api)].filter(([, { method, path }]) => method === "GET" && path.startsWith("/v1/"))
  .map(([operation, { path }]) => ({ operation, path }))
  .filter(({ path }) => !path.startsWith("/v1/auth/"))

const tagOf = ({ headers }: Answer): string => headers.get("etag") ?? assert.fail("no ETag")
const ifNoneMatch = (tags: string, ask: Ask = { as: "alex" }): Ask => ({ ...ask, headers: { "if-none-match": tags } })

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("who has an answer already", (it) => {
  it.effect.each(gets)(
    "$operation is spared it, until it is another",
    ({ operation, path: pattern }) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const things = yield* freshThings("admin", undefined, pattern.replaceAll(/[^a-z]/g, "-"))
        const path = addressOf(pattern, things) + (permissionMatrix[operation]?.[0]?.query ?? "")
        const first = yield* ask("GET", path, { as: "alex" })
        assert.strictEqual(first.status, 200, first.text)
        const etag = tagOf(first)
        assert.match(etag, /^"[\w-]+"$/)
        for (const tags of [etag, `W/${etag}`, "*", `"a,b", ${etag}`, `"x"\t,, W/${etag} ,`]) {
          const spared = yield* ask("GET", path, ifNoneMatch(tags))
          assert.deepStrictEqual([spared.status, spared.text, tagOf(spared)], [304, "", etag], tags)
          assert.strictEqual(spared.headers.get("cache-control"), "private, no-cache")
          assert.isNotNull(spared.headers.get("x-request-id"))
          assert.isNull(spared.headers.get("content-type"))
        }
        for (const tags of ["\"x\"", etag.slice(1, -1), "", ",", `${etag} "x"`]) {
          const told = yield* ask("GET", path, ifNoneMatch(tags))
          assert.deepStrictEqual([told.status, told.text, tagOf(told)], [200, first.text, etag], tags)
        }
        const head = yield* ask("HEAD", path, { as: "alex" })
        assert.deepStrictEqual([head.status, head.text, tagOf(head)], [200, "", etag])
        assert.strictEqual((yield* ask("HEAD", path, ifNoneMatch(etag))).status, 304)
        assert.strictEqual((yield* ask("GET", path, ifNoneMatch(etag, {}))).status, 401)
      })
  )

  it.effect("hears of each change, and of nobody else's list", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const list = yield* ask("GET", "/v1/tickets", { as: "carla" })
      yield* opened("chris")
      assert.strictEqual((yield* ask("GET", "/v1/tickets", ifNoneMatch(tagOf(list), { as: "carla" }))).status, 304)
      yield* opened("carla")
      const fresh = yield* ask("GET", "/v1/tickets", ifNoneMatch(tagOf(list), { as: "carla" }))
      assert.strictEqual(fresh.status, 200)
      const ofChris = yield* ask("GET", "/v1/tickets", ifNoneMatch(tagOf(fresh), { as: "chris" }))
      assert.strictEqual(ofChris.status, 200)
    }))

  it.effect("is refused and not found as everybody else, whatever it has", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      for (
        const [status, path] of [[404, `/v1/tickets/${id}`], [403, "/v1/audit-events"], [400, "/v1/tickets?limit=0"]]
      ) {
        const answer = yield* ask("GET", String(path), ifNoneMatch("*", { as: "chris" }))
        assert.deepStrictEqual([answer.status, answer.headers.get("etag")], [status, null])
      }
    }))
})

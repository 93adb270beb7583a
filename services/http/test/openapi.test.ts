import { assert, layer } from "@effect/vitest"
import { openApi } from "@opsdesk/api/openApi"
import { Effect } from "effect"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const served = Effect.flatMap(TestHttp, ({ ask }) => ask("GET", "/openapi.json"))

layer(TestHttp.layer("migrated"), { excludeTestServices: true })("whoever reads the description", (it) => {
  it.effect("gets it as JSON without signing in, from the desk that it describes", () =>
    Effect.gen(function*() {
      const document = yield* served
      assert.strictEqual(document.status, 200)
      assert.strictEqual(document.headers.get("content-type"), "application/json")
      assert.deepStrictEqual(document.json, JSON.parse(JSON.stringify(openApi())))
      assert.match(document.json.openapi, /^3\.1\./)
      assert.deepStrictEqual(document.json.servers.map(({ url }: Json) => url), ["/"])
    }))

  it.effect("can try the same at /docs, examples and all", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const page = yield* ask("GET", "/docs")
      assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
      const [, shown = ""] =
        /<script id="swagger-spec" type="application\/json">([\s\S]*?)<\/script>/.exec(page.text) ?? []
      assert.deepStrictEqual(JSON.parse(shown), (yield* served).json)
    }))

  it.effect("finds every operation where the description says", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json } = yield* served
      for (const [path, item] of Object.entries<Json>(json.paths)) {
        for (const [method, { operationId, responses, security }] of Object.entries<Json>(item)) {
          const answer = yield* ask(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "1"))
          if (security.length > 0) assert.strictEqual(answer.status, 401, operationId)
          // An address that is there, though on this desk it leads nowhere, has methods that it lacks.
          else if (answer.status === 404 && "404" in responses) {
            assert.strictEqual((yield* ask("DELETE", path)).status, 405, operationId)
          } else assert.notInclude([404, 405], answer.status, operationId)
        }
      }
    }))
})

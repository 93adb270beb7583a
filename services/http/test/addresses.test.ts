import { assert, layer } from "@effect/vitest"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Effect } from "effect"
import type { Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const around = ["/health", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"]
const pages = Object.keys(problemTypes).map((slug) => `/problems/${slug}`)

/** The methods of each address: those of the document, and GET for what stands around the interface. */
const methodsByPath = (document: Json): ReadonlyArray<readonly [path: string, methods: ReadonlyArray<string>]> => [
  ...Object.entries<Json>(document.paths).map(([path, item]) =>
    [path.replaceAll(/\{\w+\}/g, "1"), Object.keys(item).map((method) => method.toUpperCase())] as const
  ),
  ...[...around, ...pages].map((path) => [path, ["GET"]] as const)
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an address", (it) => {
  it.effect("says which methods it has when asked with one that it lacks", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json: document } = yield* ask("GET", "/openapi.json")
      for (const [path, methods] of methodsByPath(document)) {
        const served = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].toSorted()
        const lacking = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((method) =>
          !served.includes(method)
        )
        for (const method of lacking) {
          const refused = yield* ask(method, path)
          const said = `${method} ${path} answers ${refused.status}`
          assert.strictEqual(refused.status, 405, said)
          assert.strictEqual(refused.headers.get("allow"), served.join(", "), said)
          if (method !== "HEAD") assert.strictEqual(refused.json.code, "method-not-allowed", said)
        }
      }
    }))

  it.effect.each([
    "/v1/nothing",
    "/v1",
    "/problems",
    "/problems/nothing",
    "/V1/tickets",
    "/v1//tickets",
    "/v1/tickets/1/nothing",
    `/v1/tickets/${"x".repeat(500)}`,
    "/.env"
  ])("`%s` is not there, whoever asks", (path) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const missing = yield* ask(method, path, { as: "alex" })
        assert.strictEqual(missing.status, 404, `${method} ${path}`)
        assert.strictEqual(missing.headers.get("content-type"), "application/problem+json")
        assert.deepInclude(missing.json, { type: "/problems/not-found", code: "not-found", status: 404 })
      }
    }))

  it.effect("is good in one spelling only: what is percent-encoded without need is not there", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = { email: "carla@test.local", password: "carla may come in" }
      for (
        const [method, path, what] of [
          ["POST", "/%761/auth/login", { body }],
          ["POST", "/v1/auth/logi%6e", { body }],
          ["GET", "/%761/me", { as: "carla" }],
          ["GET", "/v1/m%65", { as: "carla" }],
          ["GET", "/v1/me;a=b", { as: "carla" }],
          ["GET", "/health/%72eady", {}],
          ["GET", "/v1/tickets/%31", { as: "carla" }],
          ["OPTIONS", "/%761/me", {}],
          ["FOO", "/%761/me", {}]
        ] as const
      ) {
        const missing = yield* ask(method, path, what)
        assert.deepStrictEqual([missing.status, missing.json.code], [404, "not-found"], path)
        const cached = missing.headers.get("cache-control")
        assert.include(["no-store", "private, no-cache"], cached, path)
      }
      assert.strictEqual((yield* ask("GET", "/v1/tickets?%71=%61", { as: "carla" })).status, 200)
    }))

  it.effect.each([
    "",
    "abc",
    "0",
    "-1",
    "1.0",
    "1e3",
    "%00",
    "%zz",
    "%E0%A4%A",
    "0198c7a2-5d1e-4c4b-9a3f-2b8d4e6f1a07"
  ])(
    "with `%s` for an id names nothing, which is no fault of a field",
    (id) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        for (const path of [`/v1/tickets/${id}`, `/v1/users/${id}`, `/v1/teams/${id}`]) {
          const missing = yield* ask("GET", path, { as: "alex" })
          assert.strictEqual(missing.status, 404, path)
          assert.strictEqual(missing.json.instance, path)
        }
      })
  )

  it.effect("is answered for HEAD as for GET, but for the body", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const steady = (headers: Headers) => [...headers].filter(([name]) => name !== "x-request-id")
      for (
        const path of [
          "/v1/tickets",
          "/v1/me",
          "/v1/tickets/999",
          "/health",
          "/openapi.json",
          "/problems/forbidden",
          "/nothing"
        ]
      ) {
        const got = yield* ask("GET", path, { as: "ada" })
        const head = yield* ask("HEAD", path, { as: "ada" })
        assert.strictEqual(head.text, "")
        assert.deepStrictEqual([head.status, steady(head.headers)], [got.status, steady(got.headers)], path)
      }
    }))

  it.effect("of a problem's type is a page that explains it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const [slug, { explanation, status, title }] of Object.entries(problemTypes)) {
        const page = yield* ask("GET", `/problems/${slug}`)
        assert.strictEqual(page.status, 200)
        assert.match(page.headers.get("content-type") ?? "", /^text\/html/)
        assert.include(page.text, `<h1>${title}</h1>`)
        assert.include(page.text, `<code>${slug}</code> · status ${status}`)
        assert.include(page.text.replaceAll(/<[^>]+>/g, ""), explanation.replaceAll("`", ""))
      }
    }))
})

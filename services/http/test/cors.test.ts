import { assert, it as plain, layer } from "@effect/vitest"
import { originsOf } from "@opsdesk/stack/origins"
import { Effect, Option } from "effect"
import { TestHttp } from "./TestHttp.ts"

const none = Option.none<URL>()
const url = (text: string) => Option.some(new URL(text))
const local = ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"]

plain.each<readonly [string, Parameters<typeof originsOf>[0], ReadonlyArray<string>]>([
  ["nothing is said", { publicUrl: none, host: "127.0.0.1", port: 3000 }, local],
  ["the host is ::1", { publicUrl: none, host: "::1", port: 3000 }, local],
  ["the public URL is local", { publicUrl: url("http://localhost:3000/x"), host: "0.0.0.0", port: 80 }, local],
  ["the host is elsewhere", { publicUrl: none, host: "192.0.2.7", port: 3000 }, ["http://192.0.2.7:3000"]],
  ["there is a public URL", { publicUrl: url("https://desk.test/app"), host: "127.0.0.1", port: 3000 }, [
    "https://desk.test"
  ]],
  ["it has a port", { publicUrl: url("https://desk.test:8443"), host: "::", port: 1 }, ["https://desk.test:8443"]]
])("where %s, the desk's own pages are those of these origins", (_, settings, origins) => {
  assert.sameMembers([...originsOf(settings)], [...origins])
})

const foreign = [
  "null",
  "https://desk.test.evil.test",
  "https://evil-desk.test",
  "https://desk.test.",
  "https://desk.test:444",
  "http://desk.test",
  "HTTPS://DESK.TEST",
  "https://desk.test/",
  "https://user@desk.test",
  "http://localhost:3000",
  "*",
  ""
]

layer(TestHttp.layer("peopled", undefined, { OPSDESK_PUBLIC_URL: "https://desk.test" }), {
  excludeTestServices: true
})("a page", (it) => {
  it.effect("of the desk gets leave, with the methods of the address and the headers that clients send", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { headers, status, text } = yield* ask("OPTIONS", "/v1/tickets/42", {
        headers: { origin: "https://desk.test", "access-control-request-method": "PATCH" }
      })
      assert.deepStrictEqual([status, text], [204, ""])
      assert.deepInclude(Object.fromEntries(headers), {
        "access-control-allow-origin": "https://desk.test",
        "access-control-allow-methods": "GET, HEAD, PATCH",
        "access-control-allow-headers":
          "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent",
        vary: "Origin"
      })
      assert.isNull(headers.get("access-control-allow-credentials"))
    }))

  it.effect("of the desk may read every answer, refusals too, with the headers that tell something", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of ["/v1/tickets", "/v1/me", "/nothing", "/health"]) {
        const { headers } = yield* ask("GET", path, { as: "carla", headers: { origin: "https://desk.test" } })
        assert.strictEqual(headers.get("access-control-allow-origin"), "https://desk.test", path)
        assert.strictEqual(
          headers.get("access-control-expose-headers"),
          "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, Idempotency-Replayed"
        )
        assert.strictEqual(headers.get("vary"), "Origin")
      }
    }))

  it.effect.each(foreign)("of `%s` is a stranger: it reads nothing", (origin) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const answers = [
        yield* ask("GET", "/v1/tickets", { as: "carla", headers: { origin } }),
        yield* ask("OPTIONS", "/v1/tickets", { headers: { origin, "access-control-request-method": "GET" } })
      ]
      for (const { headers } of answers) {
        assert.isNull(headers.get("access-control-allow-origin"))
        assert.isNull(headers.get("access-control-expose-headers"))
        assert.strictEqual(headers.get("vary"), "Origin")
      }
    }))

  it.effect("that only asks for OPTIONS hears what the address has, and of an address that is none hears so", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const origin = "https://desk.test"
      assert.strictEqual((yield* ask("OPTIONS", "/v1/tickets")).status, 405)
      assert.strictEqual((yield* ask("OPTIONS", "/v1/tickets", { headers: { origin } })).status, 405)
      const headers = { origin, "access-control-request-method": "GET" }
      assert.strictEqual((yield* ask("OPTIONS", "/nothing", { headers })).status, 404)
    }))
})

import { assert, layer } from "@effect/vitest"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Effect } from "effect"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const closed = "default-src 'none'; frame-ancestors 'none'"

interface Class {
  readonly says: string
  readonly method: string
  readonly path: string
  readonly ask?: Ask
  readonly status: number
  readonly cache: string
}

const preflight = { origin: "http://localhost:3000", "access-control-request-method": "GET" }

/** One of each class of answers that the program gives; those that no request came of are on the wire (hostile.test.ts). */
const classes: ReadonlyArray<Class> = [
  { says: "a thing", method: "GET", path: "/v1/me", ask: { as: "carla" }, status: 200, cache: "private, no-cache" },
  { says: "a list", method: "GET", path: "/v1/tickets", ask: { as: "carla" }, status: 200, cache: "private, no-cache" },
  {
    says: "something made",
    method: "POST",
    path: "/v1/tickets",
    ask: { as: "carla", body: { title: "a", description: "" } },
    status: 201,
    cache: "private, no-cache"
  },
  {
    says: "a session",
    method: "POST",
    path: "/v1/auth/login",
    ask: { body: { email: "carla@test.local", password: "carla may come in" } },
    status: 200,
    cache: "no-store"
  },
  {
    says: "an API token",
    method: "POST",
    path: "/v1/api-tokens",
    ask: { as: "carla", body: { name: "Export", scopes: [{ permission: "ticket:read", scope: "own" }] } },
    status: 201,
    cache: "no-store"
  },
  {
    says: "a list of API tokens, without what they are",
    method: "GET",
    path: "/v1/api-tokens",
    ask: { as: "carla" },
    status: 200,
    cache: "private, no-cache"
  },
  { says: "no session", method: "GET", path: "/v1/me", status: 401, cache: "private, no-cache" },
  {
    says: "a refused sign-in",
    method: "POST",
    path: "/v1/auth/login",
    ask: { body: { email: "carla@test.local", password: "guess" } },
    status: 401,
    cache: "no-store"
  },
  {
    says: "a fault",
    method: "POST",
    path: "/v1/tickets",
    ask: { as: "carla", body: {} },
    status: 400,
    cache: "private, no-cache"
  },
  {
    says: "no JSON",
    method: "POST",
    path: "/v1/tickets",
    ask: { as: "carla", body: "{" },
    status: 400,
    cache: "private, no-cache"
  },
  {
    says: "no permission",
    method: "GET",
    path: "/v1/audit-events",
    ask: { as: "carla" },
    status: 403,
    cache: "private, no-cache"
  },
  {
    says: "no such thing",
    method: "GET",
    path: "/v1/tickets/999999",
    ask: { as: "carla" },
    status: 404,
    cache: "private, no-cache"
  },
  { says: "no such address", method: "GET", path: "/nothing", status: 404, cache: "no-store" },
  { says: "another method", method: "DELETE", path: "/v1/me", status: 405, cache: "private, no-cache" },
  {
    says: "too much",
    method: "POST",
    path: "/v1/tickets",
    ask: { as: "carla", body: `"${"x".repeat(1_100_000)}"` },
    status: 413,
    cache: "private, no-cache"
  },
  {
    says: "another kind",
    method: "POST",
    path: "/v1/tickets",
    ask: { as: "carla", body: "a", headers: { "content-type": "text/plain" } },
    status: 415,
    cache: "private, no-cache"
  },
  { says: "health", method: "GET", path: "/health", status: 200, cache: "no-store" },
  { says: "readiness", method: "GET", path: "/health/ready", status: 200, cache: "no-store" },
  { says: "metrics", method: "GET", path: "/metrics", status: 200, cache: "no-store" },
  { says: "the document", method: "GET", path: "/openapi.json", status: 200, cache: "no-cache" },
  { says: "the keys", method: "GET", path: "/.well-known/jwks.json", status: 200, cache: "no-cache" },
  {
    says: "the head of a thing",
    method: "HEAD",
    path: "/v1/me",
    ask: { as: "carla" },
    status: 200,
    cache: "private, no-cache"
  },
  {
    says: "leave",
    method: "OPTIONS",
    path: "/v1/tickets",
    ask: { headers: preflight },
    status: 204,
    cache: "private, no-cache"
  }
]

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
}

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whatever is answered", (it) => {
  it.effect.each(classes)(
    "$says tells a browser to trust nothing",
    ({ ask: asked, cache, method, path, status }) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const { headers, status: got } = yield* ask(method, path, asked)
        assert.strictEqual(got, status)
        assert.deepInclude(Object.fromEntries(headers), {
          ...always,
          "content-security-policy": closed,
          "cache-control": cache,
          vary: "Origin"
        })
        assert.isNull(headers.get("strict-transport-security"))
        assert.match(headers.get("x-request-id") ?? "", /^[A-Za-z0-9._-]{8,128}$/)
        assert.isNull(headers.get("server"))
        assert.isNull(headers.get("x-powered-by"))
      })
  )

  it.effect("a page may wear what stands in it and nothing else; only the one that runs something may run it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of ["/docs", ...Object.keys(problemTypes).map((slug) => `/problems/${slug}`)]) {
        const { headers } = yield* ask("GET", path)
        assert.deepInclude(Object.fromEntries(headers), { ...always, "cache-control": "no-cache" })
        const policy = headers.get("content-security-policy") ?? ""
        assert.match(policy, /^default-src 'none'; .*style-src 'sha256-[\w+/=]+'; .*frame-ancestors 'none'$/)
        assert.notMatch(policy, /unsafe|\*|http/)
        assert.strictEqual(policy.includes("script-src"), path === "/docs", path)
      }
    }))
})

layer(TestHttp.layer("peopled", undefined, { OPSDESK_PUBLIC_URL: "https://desk.test" }), {
  excludeTestServices: true
})("a desk behind https", (it) => {
  it.effect("asks browsers to come by no other way, with every answer", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of ["/health", "/nothing", "/v1/me", "/docs"]) {
        const { headers } = yield* ask("GET", path)
        assert.strictEqual(headers.get("strict-transport-security"), "max-age=31536000", path)
      }
    }))
})

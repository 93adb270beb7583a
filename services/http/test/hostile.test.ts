import { assert, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { personIds } from "@opsdesk/testkit/people"
import { Effect, Redacted } from "effect"
import type { Heard } from "./raw.ts"
import { OnTheWire, request, spoken } from "./raw.ts"

const isProblem = (heard: Heard, status: number, code: string, about: string) => {
  assert.strictEqual(heard.status, status, `${about}: ${heard.text.slice(0, 400)}`)
  assert.strictEqual(heard.headers["content-type"], "application/problem+json", about)
  const { detail, ...problem } = JSON.parse(heard.body)
  assert.deepInclude(problem, { status, code, type: `/problems/${code}` }, about)
  assert.strictEqual(problem.requestId, heard.headers["x-request-id"], about)
  assert.match(detail, /\.$/)
  assert.notMatch(heard.body, /\bat \/|node:|HPE_|select |ECONN/i, about)
  assert.strictEqual(heard.headers["x-content-type-options"], "nosniff", about)
  assert.strictEqual(heard.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", about)
}

const token = Effect.gen(function*() {
  const tokens = yield* AccessTokens
  const { token } = yield* tokens.issue({ userId: UserId.make(personIds.carla), sessionId: personIds.carla })
  return `Authorization: Bearer ${Redacted.value(token)}`
})

const login = "POST /v1/auth/login HTTP/1.1"
const json = "Content-Type: application/json"
const sized = (body: string | Uint8Array) => `Content-Length: ${Buffer.byteLength(body)}`

const unreadable: ReadonlyArray<readonly [name: string, bytes: string, status: number, code: string]> = [
  ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "validation-failed"],
  ["another protocol", "SSH-2.0-OpenSSH_9.9\r\n\r\n", 400, "validation-failed"],
  [
    "a length and chunks",
    request([login, json, "Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
    400,
    "validation-failed"
  ],
  [
    "chunks and a length",
    request([login, json, "Transfer-Encoding: chunked", "Content-Length: 5"], "0\r\n\r\n"),
    400,
    "validation-failed"
  ],
  ["two lengths", request([login, json, "Content-Length: 2", "Content-Length: 3"], "{}"), 400, "validation-failed"],
  ["a length below nothing", request([login, json, "Content-Length: -1"]), 400, "validation-failed"],
  ["an encoding that ends otherwise", request([login, "Transfer-Encoding: chunked, gzip"]), 400, "validation-failed"],
  ["an encoding that looks like chunked", request([login, "Transfer-Encoding: xchunked"]), 400, "validation-failed"],
  ["a space before a colon", request(["GET /health HTTP/1.1", "X-A : b"]), 400, "validation-failed"],
  ["a header without a name", request(["GET /health HTTP/1.1", ": b"]), 400, "validation-failed"],
  [
    "a chunk of no number",
    request([login, json, "Transfer-Encoding: chunked"], "zz\r\n{}\r\n"),
    400,
    "validation-failed"
  ],
  ["a carriage return in the address", request(["GET /hea\rlth HTTP/1.1"]), 400, "validation-failed"],
  ["an address beyond ASCII", request(["GET /v1/tickets?q=café HTTP/1.1"]), 400, "validation-failed"],
  ["no host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "validation-failed"],
  ["headers beyond 16 KiB", request(["GET /health HTTP/1.1", `X-A: ${"a".repeat(20_000)}`]), 431, "validation-failed"],
  ["an address beyond 16 KiB", request([`GET /${"a".repeat(20_000)} HTTP/1.1`]), 431, "validation-failed"],
  ["an address beyond 8 KiB", request([`GET /v1/tickets?q=${"a".repeat(8200)} HTTP/1.1`]), 400, "validation-failed"],
  ["another expectation", request([login, json, "Expect: money", "Content-Length: 2"], "{}"), 417, "validation-failed"],
  ["a method of its own at an address", request(["FOO /v1/tickets HTTP/1.1"]), 405, "method-not-allowed"],
  ["a method of its own elsewhere", request(["FOO /v1/nothing HTTP/1.1"]), 404, "not-found"],
  ["TRACE at an address", request(["TRACE /v1/tickets HTTP/1.1"]), 405, "method-not-allowed"],
  ["TRACE of a ticket", request(["TRACE /v1/tickets/1?x=y HTTP/1.1"]), 405, "method-not-allowed"],
  ["TRACE elsewhere", request(["TRACE /nothing HTTP/1.1"]), 404, "not-found"],
  ["PROPFIND at an address", request(["PROPFIND /v1/me HTTP/1.1"]), 405, "method-not-allowed"],
  ["a tunnel", request(["CONNECT db.test:5432 HTTP/1.1"]), 404, "not-found"]
]

const bodies: ReadonlyArray<readonly [name: string, body: string, code: string, pointers?: ReadonlyArray<string>]> = [
  ["33 arrays in each other", "[".repeat(33) + "]".repeat(33), "validation-failed", [""]],
  ["an object in a field, too deep", `{"title":${"{\"a\":".repeat(40)}1${"}".repeat(40)}}`, "validation-failed", [""]],
  ["half a mebibyte of brackets", "[".repeat(250_000) + "]".repeat(250_000), "validation-failed", [""]],
  ["brackets without end", "[".repeat(1_000_000), "malformed-json"],
  ["a prototype", "{\"title\":\"a\",\"description\":\"\",\"__proto__\":{\"admin\":true}}", "validation-failed", [
    "/__proto__"
  ]],
  [
    "a constructor",
    "{\"title\":\"a\",\"description\":\"\",\"constructor\":{\"prototype\":{\"admin\":true}}}",
    "validation-failed",
    ["/constructor"]
  ],
  [
    "a prototype, written otherwise",
    "{\"title\":\"a\",\"description\":\"\",\"\\u005f_proto__\":{\"admin\":true}}",
    "validation-failed",
    ["/__proto__"]
  ],
  ["a prototype for a title", "{\"title\":{\"__proto__\":\"a\"},\"description\":\"\"}", "validation-failed", ["/title"]]
]

layer(OnTheWire(), { excludeTestServices: true })("on the wire", (it) => {
  it.effect.each(unreadable)(
    "%s is refused as everything else is",
    ([name, bytes, status, code]) =>
      Effect.gen(function*() {
        const heard = yield* spoken(bytes)
        isProblem(heard, status, code, name)
        if (status === 405) assert.match(heard.headers.allow ?? "", /GET/)
      })
  )

  it.effect("nothing that was refused is in the way of whoever comes next", () =>
    Effect.gen(function*() {
      const heard = yield* spoken(request(["GET /health HTTP/1.1"]))
      assert.strictEqual(heard.status, 200)
    }))

  it.effect("a second request behind one that is cut short is not heard", () =>
    Effect.gen(function*() {
      const smuggled = "GET /v1/me HTTP/1.1\r\nHost: desk.test\r\nConnection: close\r\n\r\n"
      const heard = yield* spoken(
        request([login, json, "Content-Length: 3", "Transfer-Encoding: chunked"], `0\r\n\r\n${smuggled}`)
      )
      assert.strictEqual(heard.text.match(/HTTP\/1\.1 /g)?.length, 1)
    }))

  it.effect.each(bodies)(
    "a body with %s is refused and changes nothing",
    ([name, body, code, pointers]) =>
      Effect.gen(function*() {
        const heard = yield* spoken(request(["POST /v1/tickets HTTP/1.1", yield* token, json, sized(body)], body))
        isProblem(heard, 400, code, name)
        if (pointers !== undefined) {
          const { errors } = JSON.parse(heard.body)
          assert.deepStrictEqual(errors.map(({ pointer }: { readonly pointer: string }) => pointer), pointers)
        }
        assert.notProperty({}, "admin")
      })
  )

  it.effect("a body may be 32 deep as far as brackets go, and those in text are none", () =>
    Effect.gen(function*() {
      const deep = JSON.stringify({ title: "[".repeat(100) + "\\\"{", description: "" })
      const heard = yield* spoken(request(["POST /v1/tickets HTTP/1.1", yield* token, json, sized(deep)], deep))
      assert.strictEqual(heard.status, 201, heard.text)
      const nested = `${"[".repeat(32)}${"]".repeat(32)}`
      const shallow = yield* spoken(request(["POST /v1/tickets HTTP/1.1", yield* token, json, sized(nested)], nested))
      assert.notInclude(shallow.body, "deep")
    }))

  it.effect("bytes that are not UTF-8 are refused, in a body and in a query", () =>
    Effect.gen(function*() {
      const body = Buffer.concat([
        Buffer.from("{\"title\":\"caf"),
        Buffer.from([0xe9]),
        Buffer.from("\",\"description\":\"\"}")
      ])
      const head = request(["POST /v1/tickets HTTP/1.1", yield* token, json, sized(body)])
      isProblem(yield* spoken(Buffer.concat([Buffer.from(head), body])), 400, "malformed-json", "Latin-1")
      for (const query of ["q=caf%E9", "q=%C0%AF", "q=%ED%A0%80", "q=%", "%FF=1"]) {
        const line = `GET /v1/tickets?${query} HTTP/1.1`
        const heard = yield* spoken(request([line, yield* token]))
        isProblem(heard, 400, "validation-failed", query)
        assert.strictEqual(JSON.parse(heard.body).errors[0].detail, "must be percent-encoded UTF-8", query)
      }
    }))

  it.effect("a parameter that comes twice is refused, however it is written and wherever it goes", () =>
    Effect.gen(function*() {
      for (
        const [path, name] of [
          ["/v1/tickets?status=open&status=closed", "status"],
          ["/v1/tickets?limit=5&limit=5", "limit"],
          ["/v1/tickets?q=a&%71=b", "q"],
          ["/v1/me?a=1&a=2", "a"]
        ] as const
      ) {
        const heard = yield* spoken(request([`GET ${path} HTTP/1.1`, yield* token]))
        isProblem(heard, 400, "validation-failed", path)
        assert.deepStrictEqual(JSON.parse(heard.body).errors, [
          { parameter: name, detail: "must be given once; join several values with commas" }
        ])
      }
    }))

  it.effect("whoever has not signed in hears of that before anything is looked at", () =>
    Effect.gen(function*() {
      const body = "[".repeat(100)
      isProblem(
        yield* spoken(request(["POST /v1/tickets?a=%FF HTTP/1.1", json, sized(body)], body)),
        401,
        "unauthenticated",
        "nobody"
      )
    }))

  it.effect("a request that asks for another protocol is answered in this one", () =>
    Effect.gen(function*() {
      const head = ["GET /health HTTP/1.1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"]
      const heard = yield* spoken(
        ["GET /health HTTP/1.1", "Host: desk.test", "Connection: Upgrade, close", ...head.slice(1), "", ""].join("\r\n")
      )
      assert.strictEqual(heard.status, 200, heard.text)
    }))
})

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { auditOf } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

const ticket = { title: "No sound", description: "" }

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a request", (it) => {
  const openedWith = (headers: Record<string, string>) =>
    Effect.flatMap(TestHttp, ({ ask }) => ask("POST", "/v1/tickets", { as: "carla", body: ticket, headers }))

  const firstEvent = Effect.fnUntraced(function*(ticketId: string) {
    const { ask } = yield* TestHttp
    const events = yield* ask("GET", `/v1/tickets/${ticketId}/events`, { as: "carla" })
    return events.json.data[0]
  })

  it.effect.each([
    "5f2c9c9e-5a0b-4c7e-9a50-0f2b0c5c7e11",
    "01JQ8Z4W6V7M2N3P4R5S6T7U8V",
    "build_42.retry-1",
    "x".repeat(128)
  ])("that calls itself `%s` is called so in its answer, its event and the record", (id) =>
    Effect.gen(function*() {
      const opened = yield* openedWith({ "x-request-id": id })
      assert.strictEqual(opened.headers.get("x-request-id"), id)
      assert.strictEqual((yield* firstEvent(opened.json.data.id)).requestId, id)
      const [entry] = yield* auditOf(opened.json.data.id)
      assert.strictEqual(entry?.requestId, id)
    }))

  it.effect.each<readonly [what: string, offered: string]>([
    ["too short", "abc"],
    ["too long", "x".repeat(129)],
    ["spaced", "two words here"],
    ["a line break in an address's writing", "abcdefgh%0d%0aSet-Cookie:a=b"],
    ["markup", "<script>alert(1)</script>"],
    ["a log's syntax", "{\"level\":\"error\"}"],
    ["quotes", "a'; drop table users; --"],
    ["another alphabet", "\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6"],
    ["empty", ""]
  ])(
    "whose name is %s gets a new one, the same in its answer, its problem, its event and the record",
    ([, offered]) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const opened = yield* openedWith({ "x-request-id": offered })
        const id = opened.headers.get("x-request-id") ?? ""
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.strictEqual((yield* firstEvent(opened.json.data.id)).requestId, id)
        assert.strictEqual((yield* auditOf(opened.json.data.id))[0]?.requestId, id)

        const missing = yield* ask("GET", "/v1/nothing", { headers: { "x-request-id": offered } })
        assert.notStrictEqual(missing.headers.get("x-request-id"), id)
        assert.strictEqual(missing.json.requestId, missing.headers.get("x-request-id"))
        assert.notInclude(missing.text, offered === "" ? "undefined" : offered)
      })
  )

  it.effect("that comes with a trace hands it on: the same trace, sampled as it was, below a step of its own", () =>
    Effect.gen(function*() {
      for (const flags of ["00", "01"]) {
        const parent = `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`
        const opened = yield* openedWith({ traceparent: parent })
        const { traceparent } = yield* firstEvent(opened.json.data.id)
        assert.match(traceparent, new RegExp(`^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-${flags}$`))
        assert.notInclude(traceparent, "00f067aa0ba902b7")
      }
    }))

  it.effect.each<readonly [what: string, offered: string]>([
    ["no trace", ""],
    ["a trace of zeros", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
    ["a parent of zeros", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
    ["a version that is none", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    ["half a trace", "00-4bf92f3577b34da6"],
    ["capital letters", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01"]
  ])("that comes with %s starts one", ([, offered]) =>
    Effect.gen(function*() {
      const traces = new Set<string>()
      for (const _ of [1, 2]) {
        const opened = yield* openedWith({ traceparent: offered })
        const { traceparent } = yield* firstEvent(opened.json.data.id)
        assert.match(traceparent, /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/)
        assert.notInclude(traceparent.toLowerCase(), "4bf92f3577b34da6")
        traces.add(traceparent.slice(3, 35))
      }
      assert.strictEqual(traces.size, 2)
    }))
})

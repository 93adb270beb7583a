import { assert, it as plain, layer } from "@effect/vitest"
import { Effect } from "effect"
import { traceContextOf } from "../src/middleware/traceContext.ts"
import { TestHttp } from "./TestHttp.ts"

const ticketOf = Effect.fnUntraced(function*() {
  const { ask } = yield* TestHttp
  const { json } = yield* ask("POST", "/v1/tickets", { as: "carla", body: { title: "Strict", description: "" } })
  return String(json.data.id)
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever sends too much", (it) => {
  it.effect("hears that a body is not taken where none is, and is served without one or with an empty object", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const path = `/v1/tickets/${yield* ticketOf()}/claim`
      const refused = yield* ask("POST", path, { as: "ada", body: { a: 1 } })
      assert.deepStrictEqual([refused.status, refused.json.errors[0].pointer], [400, ""])
      const malformed = yield* ask("POST", path, { as: "ada", body: "{bad" })
      assert.deepStrictEqual([malformed.status, malformed.json.code], [400, "malformed-json"])
      assert.strictEqual((yield* ask("POST", path, { as: "ada", body: {} })).status, 200)
      assert.strictEqual((yield* ask("POST", path, { as: "ada" })).status, 200)
    }))

  it.effect("gets an answer of reasonable length, however much is wrong", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`field${at}`, at]))
      const refused = yield* ask("POST", "/v1/auth/login", { body })
      assert.deepStrictEqual([refused.status, refused.json.errors.length], [400, 50])
      assert.isBelow(refused.text.length, 10_000)
    }))

  it.effect("is told when another text comes under the id of a message that is there, which stays as it is", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const path = `/v1/tickets/${yield* ticketOf()}/messages`
      const send = (body: string) => ask("POST", path, { as: "carla", body: { body, clientMessageId: "one" } })
      assert.strictEqual((yield* send("first")).status, 201)
      assert.strictEqual((yield* send("first")).status, 201)
      const refused = yield* send("second")
      assert.deepStrictEqual([refused.status, refused.json.errors[0].pointer], [400, "/clientMessageId"])
      const messages = yield* ask("GET", path, { as: "carla" })
      assert.deepStrictEqual(messages.json.data.map(({ body }: { body: string }) => body), ["first"])
    }))
})

plain("a caller's trace goes on, in this version of the header or a later one", () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  const parent = "00f067aa0ba902b7"
  const idOf = (header: string) => traceContextOf(header, (digits) => "f".repeat(digits)).traceId
  for (
    const header of [`00-${trace}-${parent}-01`, `01-${trace}-${parent}-01`, `cc-${trace}-${parent}-00-more-to-come`]
  ) {
    assert.strictEqual(idOf(header), trace, header)
  }
  const others = [
    `00-${trace}-${parent}-01-more`,
    `ff-${trace}-${parent}-01`,
    `01-${trace}-${parent}-01more`,
    `00-${"0".repeat(32)}-${parent}-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    ""
  ]
  for (const header of others) assert.strictEqual(idOf(header), "f".repeat(32), header)
})

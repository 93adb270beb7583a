import { assert, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { personIds } from "@opsdesk/testkit/people"
import { Effect, Redacted } from "effect"
import { nodeServer } from "../src/nodeServer.ts"
import { exchanged, OnTheWire, request } from "./raw.ts"
import { titled } from "./underKey.ts"

/** A ticket of Carla's that is opened on a connection which stays open. */
const opening = Effect.fnUntraced(function*(title: string) {
  const { token } = yield* (yield* AccessTokens).issue({
    userId: UserId.make(personIds.carla),
    sessionId: personIds.carla
  })
  const body = JSON.stringify({ title, description: "" })
  return [
    "POST /v1/tickets HTTP/1.1",
    "Host: desk.test",
    `Authorization: Bearer ${Redacted.value(token)}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "",
    body
  ].join("\r\n")
})

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))

const hosted = "Host: desk.test\r\n"

const afterwards: ReadonlyArray<readonly [name: string, bytes: string, status: number]> = [
  ["bytes that are no HTTP", "GARBAGE\r\n\r\n", 400],
  ["a method that nobody knows", `FOO /v1/tickets HTTP/1.1\r\n${hosted}\r\n`, 400],
  ["a tunnel", `CONNECT db.test:5432 HTTP/1.1\r\n${hosted}\r\n`, 404],
  [
    "another expectation",
    `POST /v1/auth/login HTTP/1.1\r\n${hosted}Expect: money\r\nContent-Length: 2\r\n\r\n{}`,
    417
  ]
]

layer(OnTheWire(), { excludeTestServices: true })("on a connection that goes on", (it) => {
  it.effect.each(afterwards)(
    "a request that takes effect is told so, though %s follow",
    ([name, bytes, status]) =>
      Effect.gen(function*() {
        const together = yield* opening(`${name} at once`)
        assert.deepStrictEqual(statuses(yield* exchanged([together + bytes])), [201, status])
        assert.strictEqual(yield* titled(`${name} at once`), 1)
        for (const pause of [0, 1, 2, 5, 10, 15]) {
          const title = `${name} after ${pause}`
          const heard = statuses(yield* exchanged([yield* opening(title), bytes], { pause }))
          assert.strictEqual(heard[0], 201, title)
          assert.isAbove(heard[1] ?? 0, 399, title)
          assert.strictEqual(yield* titled(title), 1)
        }
      })
  )

  it.effect("several requests are answered before what could not be read behind them", () =>
    Effect.gen(function*() {
      const both = (yield* opening("several")) + (yield* opening("several"))
      assert.deepStrictEqual(statuses(yield* exchanged([`${both}GARBAGE\r\n\r\n`])), [201, 201, 400])
    }))

  it.effect("what could not be read is not judged by the good request before it", () =>
    Effect.gen(function*() {
      const good = `GET /health HTTP/1.1\r\n${hosted}\r\n`
      const text = yield* exchanged([`${good}FOO /nothing HTTP/1.1\r\n${hosted}\r\n`])
      assert.deepStrictEqual(statuses(text), [200, 400])
      assert.notMatch(text, /^allow:/im)
    }))

  it.effect("whoever has been answered before the end of a request hears no second answer to it", () =>
    Effect.gen(function*() {
      const chunked = ["POST /v1/tickets HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked"]
      const heard = yield* exchanged([request(chunked).replace("Connection: close\r\n", ""), "zz\r\n"], { pause: 100 })
      assert.deepStrictEqual(statuses(heard), [401])
    }))
})

const Impatient = OnTheWire(
  {},
  () => nodeServer({ secure: false, patience: { headers: 100, request: 200, lookEvery: 20 } })
)

layer(Impatient, { excludeTestServices: true })("a client that takes too long", (it) => {
  it.effect.each([
    ["over its headers", "GET /health HTTP/1.1\r\nHost: de"],
    [
      "over its body",
      `POST /v1/auth/login HTTP/1.1\r\n${hosted}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`
    ]
  ])("%s is told so and hung up on", ([, bytes = ""]) =>
    Effect.gen(function*() {
      const heard = yield* Effect.timeout(exchanged([bytes]), "5 seconds")
      assert.deepStrictEqual(statuses(heard), [408])
    }))

  it("has 10 seconds for headers and 30 for all where nothing else is said", () => {
    const { headersTimeout, requestTimeout } = nodeServer({ secure: false })
    assert.deepStrictEqual([headersTimeout, requestTimeout], [10_000, 30_000])
  })
})

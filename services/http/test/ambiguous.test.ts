import { assert, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { personIds } from "@opsdesk/testkit/people"
import { Effect, Redacted } from "effect"
import { join } from "node:path"
import { OnTheWire, request, spoken } from "./raw.ts"

const post = "POST /v1/tickets HTTP/1.1"
const json = "Content-Type: application/json"
const body = JSON.stringify({ title: "Which?", description: "" })
const sized = `Content-Length: ${body.length}`

const ambiguous: ReadonlyArray<readonly [name: string, lines: ReadonlyArray<string>, status: number, body?: string]> = [
  ["nothing ambiguous about it", [json, sized], 201],
  ["its character set", ["Content-Type: application/json; charset=UTF-8", sized], 201],
  ["two hosts", [json, sized, "Host: other.test"], 400],
  ["two credentials", [json, sized, "Authorization: Bearer other"], 400],
  ["two types", [json, "content-type: text/plain", sized], 400],
  ["another transfer coding", [json, "Transfer-Encoding: gzip, chunked"], 400, "0\r\n\r\n"],
  ["a compressed body", [json, sized, "Content-Encoding: gzip"], 415],
  ["another character set", ["Content-Type: application/json; charset=utf-16", sized], 415],
  ["an empty type", ["Content-Type:", sized], 415]
]

layer(OnTheWire(), { excludeTestServices: true })("a request that could be read in two ways", (it) => {
  it.effect.each(ambiguous)(
    "with %s is judged by neither",
    ([name, lines, status, sent = body]) =>
      Effect.gen(function*() {
        const tokens = yield* AccessTokens
        const { token } = yield* tokens.issue({ userId: UserId.make(personIds.carla), sessionId: personIds.carla })
        const heard = yield* spoken(request([post, `Authorization: Bearer ${Redacted.value(token)}`, ...lines], sent))
        assert.strictEqual(heard.status, status, `${name}: ${heard.text}`)
      })
  )
})

const signIn = Effect.fnUntraced(function*(from: string, password: string) {
  const credentials = JSON.stringify({ email: "carla@test.local", password })
  const head = ["POST /v1/auth/login HTTP/1.1", json, `Content-Length: ${credentials.length}`]
  return (yield* spoken(request(head, credentials), { from })).status
})

const right = "carla may come in"
const fixture = (name: string) => ({ OPSDESK_LIMITS: join(import.meta.dirname, "fixtures", name) })

layer(OnTheWire(fixture("attempts.json")), { excludeTestServices: true })("an address", (it) => {
  it.effect("that has tried too often is not let in, and is in nobody else's way", () =>
    Effect.gen(function*() {
      const heard = yield* Effect.forEach([1, 2, 3, 4], (at) => signIn("127.0.0.2", `guess ${at}`))
      assert.deepStrictEqual(heard, [401, 401, 401, 429])
      assert.strictEqual(yield* signIn("127.0.0.2", right), 429)
      assert.strictEqual(yield* signIn("127.0.0.3", right), 200)
    }))
})

layer(OnTheWire(fixture("guesses.json")), { excludeTestServices: true })("an address that is known", (it) => {
  it.effect("keeps its own share of guesses while strangers use up theirs", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* signIn("127.0.0.3", right), 200)
      const heard = yield* Effect.forEach(Array.from({ length: 11 }, (_, at) => at), (at) =>
        signIn("127.0.0.2", `guess ${at}`))
      assert.deepStrictEqual(heard, [
        ...Array.from({ length: 10 }, () =>
          401),
        429
      ])
      assert.strictEqual(yield* signIn("127.0.0.4", right), 429)
      assert.strictEqual(yield* signIn("127.0.0.3", right), 200)
    }))
})

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { connect } from "./Client.ts"
import { Desk, opened, start, tokenOf } from "./desks.ts"
import { frame, rawSocket } from "./rawSocket.ts"

const text = 1
const binary = 2
const ping = 9

const repeated = (count: number, bytes: Buffer) => Buffer.concat(Array.from({ length: count }, () => bytes))

const subscribe = frame(
  text,
  JSON.stringify({ type: "subscribe", room: "ticket:0198c7a2-0000-7000-8000-00000000f001" })
)

/** What somebody may send who means no good, and the code with which the desk hangs up. */
const attacks: ReadonlyArray<readonly [string, Buffer, number]> = [
  ["a reserved opcode", frame(3, "x"), 1002],
  ["a reserved bit", frame(text, "x", { rsv: 4 }), 1002],
  ["a frame without a mask", frame(text, "x", { masked: false }), 1002],
  ["a ping in pieces", frame(ping, "x", { fin: false }), 1002],
  ["the rest of nothing", frame(0, "x"), 1002],
  ["text that is no UTF-8", frame(text, Uint8Array.of(0xc3, 0x28)), 1007],
  ["65 KiB", frame(text, "x".repeat(66_560)), 1009],
  [
    "16,000 fragments of one byte",
    Buffer.concat([frame(text, "x", { fin: false }), repeated(16_000, frame(0, "x", { fin: false }))]),
    1008
  ],
  ["10,000 subscriptions", repeated(10_000, subscribe), 4429],
  ["a flood of pings", repeated(10_000, frame(ping, "x")), 4429],
  ["nonsense without end", repeated(30, frame(text, "nonsense")), 4400],
  ["binary frames without end", repeated(30, frame(binary, "x")), 4400]
]

const documented = new Set([
  "error",
  "pong",
  "unsubscribed",
  "subscribed",
  "resync",
  "ack",
  "authenticated",
  "presence",
  "typing",
  "message:new",
  "ticket:created"
])

layer(Desk, { excludeTestServices: true })("whoever means no good", (it) => {
  it.effect("is hung up on with a code that says why, and the others notice nothing", () =>
    Effect.gen(function*() {
      // The usual limits, but for handshakes: the table opens many sockets.
      const { port, url } = yield* start({ OPSDESK_LIMITS: new URL("limits.json", import.meta.url).pathname })
      const token = yield* tokenOf("carla")
      const bystander = yield* connect(url, yield* tokenOf("ada"))
      for (const [what, bytes, code] of attacks) {
        const attacker = yield* rawSocket(port, token)
        attacker.socket.write(bytes)
        assert.deepStrictEqual([what, yield* attacker.closeCode], [what, code])
      }
      bystander.say({ type: "ping", id: "still there" })
      assert.deepStrictEqual(yield* bystander.heard("pong"), { type: "pong", id: "still there" })
    }))

  it.effect("is told once that they send too fast, before they are hung up on", () =>
    Effect.gen(function*() {
      const { url } = yield* start({ OPSDESK_LIMITS: new URL("limits.json", import.meta.url).pathname })
      const client = yield* connect(url, yield* tokenOf("carla"))
      for (let at = 0; at < 100; at++) client.say({ type: "ping" })
      assert.strictEqual((yield* client.hungUp).code, 4429)
      const errors = client.frames.filter(({ type }) => type === "error")
      assert.deepStrictEqual(errors.map(({ code }) => code), ["rate-limited"])
    }))

  it.effect("gets documented answers to whatever they send, and the connection goes on", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const id = yield* opened()
      const client = yield* connect(url, yield* tokenOf("carla"))
      const field = fc.oneof(
        fc.string(),
        fc.integer(),
        fc.jsonValue(),
        fc.constantFrom(id, `ticket:${id}`, "tickets", "__proto__")
      )
      const sent = fc.oneof(
        fc.string().map((garbage) => garbage),
        fc.json(),
        fc.record({
          type: fc.constantFrom("subscribe", "unsubscribe", "message:send", "typing", "auth", "ping", "constructor"),
          room: field,
          after: field,
          ticketId: field,
          body: field,
          clientMessageId: field,
          typing: field,
          token: field,
          id: field
        }, { requiredKeys: ["type"] }).map((made) => JSON.stringify(made))
      )
      const runs = yield* Effect.sync(() => fc.sample(fc.array(sent, { minLength: 1, maxLength: 10 }), 150))
      for (const [at, frames] of runs.entries()) {
        for (const garbage of frames) client.socket.send(garbage)
        client.say({ type: "ping", id: `after ${at}` })
        yield* client.until((heard) =>
          heard.closed !== null || heard.frames.some((answer) => answer.id === `after ${at}`)
        )
        assert.isNull(client.closed)
      }
      assert.deepStrictEqual(client.frames.filter(({ type }) => !documented.has(type)), [])
      assert.notInclude(client.frames.map(({ code }) => code), "internal")
    }))
})

import { assert, it } from "@effect/vitest"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { Effect } from "effect"
import type { Socket } from "node:net"
import { connect, createServer } from "node:net"

/** A server that says back whatever it hears, and what it has heard. */
const echo = Effect.gen(function*() {
  const heard: Array<string> = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("data", (bytes) => {
      heard.push(bytes.toString())
      socket.write(bytes)
    }).on("error", () => socket.destroy())
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
      })
    }),
    () => Effect.sync(() => void server.close())
  )
  return { heard, port }
})

const caller = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true }).on("error", () => {})),
    (socket) => Effect.sync(() => void socket.destroy())
  )

/** What a socket does next: says something, ends, or is gone. */
const next = (socket: Socket) =>
  Effect.callback<string>((resume) => {
    const listeners = {
      data: (bytes: Buffer) => end(bytes.toString()),
      end: () => end("end"),
      close: () => end("close")
    }
    const end = (what: string) => {
      for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
      resume(Effect.succeed(what))
    }
    socket.on("data", listeners.data).on("end", listeners.end).on("close", listeners.close)
  })

const asking = (socket: Socket, word: string) =>
  Effect.andThen(Effect.sync(() => void socket.write(word)), next(socket))

it.live("a way hands on both ways, later where it is told to, and in order", () =>
  Effect.gen(function*() {
    const { heard, port } = yield* echo
    const way = yield* wayTo(port)
    const socket = yield* caller(way.port)
    assert.strictEqual(yield* asking(socket, "a"), "a")
    way.delay(20)
    for (const word of ["b", "c", "d"]) assert.strictEqual(yield* asking(socket, word), word)
    assert.strictEqual(heard.join(""), "abcd")
  }).pipe(Effect.scoped))

it.live("a way loses one reply to what has been done, and the line with it; the next is as before", () =>
  Effect.gen(function*() {
    const { heard, port } = yield* echo
    const way = yield* wayTo(port)
    const socket = yield* caller(way.port)
    way.loseReply()
    assert.include(["end", "close"], yield* asking(socket, "a"))
    assert.deepStrictEqual(heard, ["a"])
    assert.strictEqual(yield* asking(yield* caller(way.port), "b"), "b")
  }).pipe(Effect.scoped))

it.live("a way ends one side of a line, and hears on", () =>
  Effect.gen(function*() {
    const { heard, port } = yield* echo
    const way = yield* wayTo(port)
    const socket = yield* caller(way.port)
    assert.strictEqual(yield* asking(socket, "a"), "a")
    way.halfClose()
    assert.strictEqual(yield* next(socket), "end")
    socket.write("b")
    yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => heard.join("") === "ab" })
  }).pipe(Effect.scoped))

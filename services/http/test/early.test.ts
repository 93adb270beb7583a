import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect } from "node:net"
import { nodeServer } from "../src/nodeServer.ts"

it.live("who asks while the program is still being built is answered once it is there", () =>
  Effect.gen(function*() {
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => nodeServer({ secure: false })),
      (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
    )
    yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
    const address = server.address()
    assert(typeof address === "object" && address !== null)
    const ask = (path: string) =>
      Effect.promise(() =>
        fetch(`http://127.0.0.1:${address.port}${path}`, { headers: { connection: "close" } }).then((answer) =>
          answer.text()
        )
      )
    const arrived = Effect.callback<void>((resume) => void server.once("connection", () => resume(Effect.void)))
    const [early] = yield* Effect.all(
      [
        ask("/early"),
        Effect.gen(function*() {
          yield* arrived
          yield* Effect.sleep("100 millis")
          server.on("request", (request, response) => void response.end(`answered ${request.url}`))
        })
      ],
      { concurrency: "unbounded" }
    )
    assert.strictEqual(early, "answered /early")
    assert.strictEqual(yield* ask("/late"), "answered /late")
  }).pipe(Effect.scoped))

it.live("who is being answered while the server closes is hung up on with the answer, and holds nothing up", () =>
  Effect.gen(function*() {
    const server = nodeServer({ secure: false })
    let answer = () => {}
    server.on("request", (_request, response) => {
      response.write("half of ")
      answer = () => void response.end("an answer")
    })
    yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
    const address = server.address()
    assert(typeof address === "object" && address !== null)
    // Says nothing of closing, and would not itself.
    const client = connect({ port: address.port, host: "127.0.0.1" })
    let heard = ""
    client.setEncoding("utf8").write("GET / HTTP/1.1\r\nhost: desk.test\r\n\r\n")
    yield* Effect.callback<void>((resume) => {
      client.on("data", (chunk: string) => {
        heard += chunk
        if (heard.includes("half of")) resume(Effect.void)
      })
    })
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    const hungUp = new Promise<void>((resolve) => void client.once("close", () => resolve()))
    answer()
    yield* Effect.promise(() => Promise.all([closed, hungUp]))
    assert.include(heard, "an answer")
  }).pipe(Effect.scoped))

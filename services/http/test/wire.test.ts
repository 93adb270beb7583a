import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { connect } from "node:net"
import { exactAddresses, HttpProgram } from "../src/httpProgram.ts"

const Served = HttpRouter.serve(HttpProgram, {
  disableLogger: true,
  disableListenLog: true,
  routerConfig: exactAddresses
}).pipe(
  Layer.provide([Readiness.layer, Upgrades.layer]),
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provide(TestStack("peopled"))
)

/** Sends bytes as they are and gives what comes back until the server hangs up. */
const spoken = Effect.fnUntraced(function*(...lines: ReadonlyArray<string>) {
  const server = yield* HttpServer.HttpServer
  if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
  const { port } = server.address
  return yield* Effect.callback<string>((resume) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(lines.join("\r\n")))
    const heard: Array<string> = []
    socket.setEncoding("utf8").on("data", (chunk: string) => void heard.push(chunk))
    socket.on("error", (error) => resume(Effect.die(error)))
    socket.on("close", () => resume(Effect.succeed(heard.join(""))))
    return Effect.sync(() => socket.destroy())
  })
})

const rest = ["Host: desk.test", "Connection: close", "", ""]

layer(Served, { excludeTestServices: true })("on the wire", (it) => {
  it.effect("a request's name cannot bring a header along", () =>
    Effect.gen(function*() {
      for (const lineBreak of ["\r\n", "\n", "\r"]) {
        const answer = yield* spoken(
          "GET /health HTTP/1.1",
          `X-Request-Id: abcdefgh${lineBreak}Set-Cookie: a=b`,
          ...rest
        )
        assert.notMatch(answer, /set-cookie/i)
      }
      const folded = yield* spoken("GET /health HTTP/1.1", "X-Request-Id: abcdefgh", " Set-Cookie: a=b", ...rest)
      assert.notMatch(folded, /set-cookie/i)
      const twice = yield* spoken("GET /health HTTP/1.1", "X-Request-Id: abcdefgh", "X-Request-Id: ijklmnop", ...rest)
      assert.match(twice, /^X-Request-Id: [A-Za-z0-9._-]{8,128}\r$/im)
    }))

  it.effect("HEAD says how long the body would be and sends none", () =>
    Effect.gen(function*() {
      const [head = "", body] = (yield* spoken("HEAD /health HTTP/1.1", ...rest)).split("\r\n\r\n")
      assert.match(head, /^HTTP\/1\.1 200 /)
      assert.match(head, /^Content-Length: [1-9]\d*\r?$/im)
      assert.strictEqual(body, "")
    }))

  it.effect("a body that never says how long it is ends at a mebibyte", () =>
    Effect.gen(function*() {
      const chunk = `10000\r\n${"x".repeat(65_536)}`
      const answer = yield* spoken(
        "POST /v1/auth/login HTTP/1.1",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        ...rest.slice(0, -1),
        ...Array.from({ length: 17 }, () => chunk),
        "0",
        "",
        ""
      )
      assert.match(answer, /^HTTP\/1\.1 413 /)
      assert.include(answer, "/problems/payload-too-large")
    }))

  it.effect("an address that is no URL is not found", () =>
    Effect.gen(function*() {
      for (const target of ["//", "/%", "/v1/tickets/%00", "http://other.test/v1/me?x=1#y"]) {
        const answer = yield* spoken(`GET ${target} HTTP/1.1`, ...rest)
        assert.match(answer, /^HTTP\/1\.1 (404|401|400) /, target)
      }
    }))
})

import { assert, describe, it } from "@effect/vitest"
import { usableMetadata } from "@opsdesk/oidc/discovery"
import { isTrustworthy } from "@opsdesk/oidc/ProviderOptions"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { Deferred, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import type { RequestListener, Server } from "node:http"
import { createServer } from "node:http"
import { providerAt, request } from "./fixtures.ts"

/** Something that answers on loopback as told; it knows its own address. */
const answering = (listener: (origin: string) => RequestListener) =>
  Effect.acquireRelease(
    Effect.promise<{ readonly server: Server; readonly origin: string }>(() =>
      new Promise((resolve) => {
        const server = createServer((incoming, response) =>
          listener(`http://${incoming.headers.host}`)(incoming, response)
        )
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = address === null || typeof address === "string" ? 0 : address.port
          resolve({ server, origin: `http://127.0.0.1:${port}` })
        })
      })
    ),
    ({ server }) =>
      Effect.promise(() =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
      )
  )

const metadata = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/auth`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`
})

const sending = (body: (origin: string) => unknown) => (origin: string): RequestListener => (_request, response) =>
  void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body(origin)))

let sent = 0
let followed = 0

const hostile: Record<string, (origin: string) => RequestListener> = {
  "sends us somewhere else": (origin) => (incoming, response) => {
    if (incoming.url === "/inside") followed++
    return void response.writeHead(302, { location: `${origin}/inside` }).end()
  },
  "sends us somewhere else for good, with metadata": (origin) => (incoming, response) => {
    if (incoming.url === "/inside") followed++
    return void response.writeHead(308, { location: `${origin}/inside` }).end(JSON.stringify(metadata(origin)))
  },
  "never stops talking": () => (_incoming, response) => {
    sent = 0
    response.writeHead(200, { "content-type": "application/json" })
    const chunk = " ".repeat(65_536)
    const more = () => {
      sent += chunk.length
      if (!response.destroyed) response.write(chunk, () => setImmediate(more))
    }
    more()
  },
  "is of another issuer": sending((origin) => ({ ...metadata(origin), issuer: "https://elsewhere.test" })),
  "is of the same issuer, but for a slash": sending((origin) => ({ ...metadata(origin), issuer: `${origin}/` })),
  "has its keys where anybody can change them": sending((origin) => ({
    ...metadata(origin),
    jwks_uri: "http://elsewhere.test/jwks"
  })),
  "has its keys in a file": sending((origin) => ({ ...metadata(origin), jwks_uri: "file:///etc/passwd" })),
  "has people sign in by script": sending((origin) => ({
    ...metadata(origin),
    authorization_endpoint: "javascript:alert(1)"
  })),
  "is no JSON": () => (_incoming, response) => void response.end("<html>"),
  "is a list": sending((origin) => [metadata(origin)]),
  "is in trouble": () => (_incoming, response) => void response.writeHead(500).end("{}"),
  "is not there": (origin) => (_incoming, response) =>
    void response.writeHead(404).end(JSON.stringify(metadata(origin)))
}

describe("a provider whose metadata", () => {
  it.live("is as it should be is used: all that follow differ from it in one thing", () =>
    Effect.gen(function*() {
      const { origin } = yield* answering(sending(metadata))
      const desk = yield* providerAt(origin)
      assert.match(yield* desk.authorizationUrl(request), /\/auth\?/)
    }).pipe(Effect.scoped, Effect.provide(Quiet)))

  it.live.each(Object.entries(hostile))("%s is as good as none", ([, listener]) =>
    Effect.gen(function*() {
      const { origin } = yield* answering(listener)
      const desk = yield* providerAt(origin)
      assert.deepInclude(yield* Effect.flip(desk.authorizationUrl(request)), { dependency: "oidc" })
      assert.strictEqual(followed, 0)
      assert.isBelow(sent, 16 * 1024 * 1024)
    }).pipe(Effect.scoped, Effect.provide(Quiet)))

  it.effect("never comes is not waited for longer than 5 seconds", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const { origin } = yield* answering(() => () => Deferred.doneUnsafe(asked, Effect.void))
      const desk = yield* providerAt(origin)
      const waits = yield* Effect.forkChild(Effect.flip(desk.authorizationUrl(request)))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("4 seconds")
      assert.isUndefined(waits.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepInclude(yield* Fiber.join(waits), { dependency: "oidc" })
    }).pipe(Effect.scoped, Effect.provide(Quiet)))
})

describe("a provider far away", () => {
  const far = metadata("https://id.example")

  it("is used where its addresses are far away too", () => {
    assert.isTrue(Option.isSome(usableMetadata("https://id.example", far)))
  })

  it.each(["authorization_endpoint", "token_endpoint", "jwks_uri"])(
    "cannot send the desk to itself by its %s",
    (name) => {
      for (const near of ["http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]/x"]) {
        assert.deepStrictEqual(usableMetadata("https://id.example", { ...far, [name]: near }), Option.none())
      }
    }
  )
})

describe("an address of a provider", () => {
  it.each([
    ["https://id.example", true],
    ["https://id.example:8443/realms/desk", true],
    ["http://localhost:8080/realms/desk", true],
    ["http://127.0.0.1:8080", true],
    ["http://[::1]:8080", true],
    ["http://id.example", false],
    ["http://127.0.0.1.elsewhere.test", false],
    ["http://localhost.elsewhere.test", false],
    ["http://10.0.0.7", false],
    ["https://user:password@id.example", false],
    ["ftp://id.example", false],
    ["file:///etc/passwd", false],
    ["javascript:alert(1)", false],
    ["id.example", false],
    ["", false]
  ])("%s is trustworthy: %s", (url, isSo) => {
    assert.strictEqual(isTrustworthy(url), isSo)
  })
})

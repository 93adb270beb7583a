import { assert, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import { later } from "@opsdesk/testkit/later"
import { personIds } from "@opsdesk/testkit/people"
import { AccountDesk } from "@opsdesk/users/AccountDesk"
import { Duration, Effect, Redacted, Schedule } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, subscribed } from "./Client.ts"
import { Desk, opened, start, tokenOf } from "./desks.ts"

const limitsFile = (figures: object) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-limits-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    ).pipe(
      Effect.tap((folder) => Effect.promise(() => writeFile(join(folder, "limits.json"), JSON.stringify(figures))))
    ),
    (folder) => join(folder, "limits.json")
  )

/** A token of Carla's that runs out in a moment. */
const shortLived = Effect.gen(function*() {
  const tokens = yield* AccessTokens
  const { token } = yield* Effect.orDie(
    tokens.issue({ userId: userIdOf("carla"), sessionId: personIds.carla }).pipe(later(Duration.seconds(-898)))
  )
  return Redacted.value(token)
})

layer(Desk, { excludeTestServices: true })("a handshake", (it) => {
  it.effect("is refused before anything is opened, as a problem, where there is no token that is good", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      for (const token of ["", "nonsense", `${yield* tokenOf("carla")}x`, yield* tokenOf("dora")]) {
        const { body, status } = yield* Effect.flip(connect(url, token))
        assert.strictEqual(status, 401)
        assert.deepInclude(JSON.parse(body), {
          code: "unauthenticated",
          status: 401,
          type: "/problems/unauthenticated"
        })
      }
      const inAddress = yield* Effect.flip(connect(`${url}?token=${yield* tokenOf("carla")}`, ""))
      assert.strictEqual(inAddress.status, 401)
    }))

  it.effect("comes from a page of the desk, by whichever of its names, or from no page", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const token = yield* tokenOf("carla")
      for (const origin of ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"]) {
        yield* connect(url, token, { origin })
      }
      yield* connect(url, token)
      for (
        const origin of [
          "http://evil.example",
          "null",
          "http://localhost",
          "http://localhost:3001",
          "https://localhost:3000",
          "http://localhost:3000.evil.example",
          "http://127.0.0.1:3000@evil.example",
          "HTTP://LOCALHOST:3000"
        ]
      ) {
        const { body, status } = yield* Effect.flip(connect(url, token, { origin }))
        assert.deepStrictEqual([origin, status, JSON.parse(body).code], [origin, 403, "forbidden"])
      }
    }))

  it.effect("finds nothing at another address", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const { status } = yield* Effect.flip(connect(`${url}/else`, yield* tokenOf("carla")))
      assert.strictEqual(status, 404)
    }))

  it.effect("is refused to a user and an address with too many sockets, until one of them is closed", () =>
    Effect.gen(function*() {
      const file = yield* limitsFile({ sockets: { perUser: 2, perAddress: 3, handshakesPerSecond: 1000 } })
      const { url } = yield* start({ OPSDESK_LIMITS: file })
      const [carla, ada] = yield* Effect.all([tokenOf("carla"), tokenOf("ada")])
      const first = yield* connect(url, carla)
      yield* connect(url, carla)
      const { body, status } = yield* Effect.flip(connect(url, carla))
      assert.deepStrictEqual([status, JSON.parse(body).code], [429, "rate-limited"])
      yield* connect(url, ada)
      assert.strictEqual((yield* Effect.flip(connect(url, ada))).status, 429)
      first.socket.close()
      yield* first.hungUp
      yield* Effect.retry(connect(url, carla), Schedule.spaced("20 millis"))
    }))

  it.effect("is refused to an address that comes too often", () =>
    Effect.gen(function*() {
      const file = yield* limitsFile({ sockets: { handshakesPerSecond: 3 } })
      const { url } = yield* start({ OPSDESK_LIMITS: file })
      const token = yield* tokenOf("carla")
      const came = yield* Effect.forEach(
        Array.from({ length: 12 }),
        () => Effect.match(connect(url, token), { onFailure: ({ status }) => status, onSuccess: () => 101 }),
        { concurrency: "unbounded" }
      )
      assert.include(came, 101)
      assert.include(came, 429)
    }))
})

layer(Desk, { excludeTestServices: true })("a connection", (it) => {
  it.effect("ends with 4401 when its token runs out, unless another has come before", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const [careless, careful] = yield* Effect.all([connect(url, yield* shortLived), connect(url, yield* shortLived)])
      careful.say({ type: "auth", token: yield* tokenOf("ada"), id: "not mine" })
      assert.deepInclude(yield* careful.heard("error"), { code: "unauthenticated", id: "not mine" })
      careful.say({ type: "auth", token: yield* tokenOf("carla"), id: "mine" })
      assert.deepInclude(yield* careful.heard("authenticated"), { id: "mine" })
      assert.strictEqual((yield* careless.hungUp).code, 4401)
      careful.say({ type: "ping" })
      yield* careful.heard("pong")
    }))

  it.effect("ends with 4401 when the account is closed", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const users = yield* AccountDesk
      const chris = yield* connect(url, yield* tokenOf("chris"))
      chris.say({ type: "ping" })
      yield* chris.heard("pong")
      yield* users.update(userIdOf("chris"), { active: false }).pipe(as("alex"))
      assert.strictEqual((yield* chris.hungUp).code, 4401)
    }))

  it.effect("ends with 1012 when the program stops, and with word when to come back", () =>
    Effect.gen(function*() {
      const { stop, url } = yield* start()
      const clients = yield* Effect.all(
        [0, 1, 2].map(() => Effect.flatMap(tokenOf("carla"), (token) => connect(url, token)))
      )
      yield* stop
      for (const client of clients) {
        const { code, reason } = yield* client.hungUp
        assert.strictEqual(code, 1012)
        assert.match(reason, /^come back in \d{1,4} ms$/)
      }
      assert.strictEqual((yield* Effect.flip(connect(url, yield* tokenOf("carla")))).status, 0)
    }))

  it.effect("is counted, and so is every frame", () =>
    Effect.gen(function*() {
      const { port, url } = yield* start()
      const client = yield* connect(url, yield* tokenOf("carla"))
      const id = yield* opened()
      yield* subscribed(client, `ticket:${id}`, 0)
      client.say({ type: "nonsense" })
      yield* client.heard("error")
      const metrics = yield* Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
      assert.includeMembers(metrics.split("\n"), [
        "opsdesk_ws_connections 1",
        "opsdesk_ws_frames_total{direction=\"in\",type=\"subscribe\"} 1",
        "opsdesk_ws_frames_total{direction=\"in\",type=\"malformed\"} 1",
        "opsdesk_ws_frames_total{direction=\"out\",type=\"ticket:created\"} 1",
        "opsdesk_ws_frames_total{direction=\"out\",type=\"error\"} 1"
      ])
    }))
})

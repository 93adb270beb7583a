import { assert, layer } from "@effect/vitest"
import { emptyDatabase } from "@opsdesk/testkit/EmbeddedRows"
import { Effect, Layer } from "effect"
import type { Socket } from "node:net"
import { connect, createServer } from "node:net"
import { inject } from "vitest"
import { freePort, patience, programs, run, scratchFolder, statusOf, untilStatus } from "./RunningDesk.ts"

const secret = { OPSDESK_SECRET: "a secret that only tests use, long enough" }

const anEmptyDatabase = Effect.flatMap(
  freePort,
  (port) => emptyDatabase(inject("postgres"), `empty_${process.pid}_${port}`)
)

const command = Effect.fnUntraced(function*(name: string, url: string) {
  const done = yield* run(programs.console, [name], {
    ...secret,
    DATABASE_URL: url,
    OPSDESK_DATA_DIR: yield* scratchFolder
  })
  assert.strictEqual(yield* done.ended, 0, JSON.stringify(done.output()))
})

const startApi = Effect.fnUntraced(function*(url: string) {
  const port = yield* freePort
  const api = yield* run(programs.api, [], {
    ...secret,
    DATABASE_URL: url,
    PORT: String(port),
    OPSDESK_DATA_DIR: yield* scratchFolder
  })
  const here = `http://127.0.0.1:${port}`
  yield* untilStatus(`${here}/health/live`, 200, api)
  return { ...api, here }
})

/** Lets a port lead to the tests' PostgreSQL, for as long as the scope lives. */
const openTheWay = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<{ readonly close: () => void }>((resolve) => {
        const to = new URL(inject("postgres"))
        const sockets = new Set<Socket>()
        const server = createServer((client) => {
          const upstream = connect(Number(to.port), to.hostname)
          for (const socket of [client, upstream]) {
            sockets.add(socket)
            socket.once("error", () => socket.destroy())
          }
          client.pipe(upstream).pipe(client)
        })
        const close = () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        }
        server.listen(port, "127.0.0.1", () => resolve({ close }))
      })
    ),
    ({ close }) => Effect.sync(close)
  )

layer(Layer.empty, { excludeTestServices: true })("the API program", (it) => {
  it.effect(
    "stays up without its schema, says so in one line, and serves once somebody has migrated",
    () =>
      Effect.gen(function*() {
        const url = yield* anEmptyDatabase
        const api = yield* startApi(url)
        assert.strictEqual(yield* statusOf(`${api.here}/health/ready`), 503)
        assert.strictEqual(yield* statusOf(`${api.here}/v1/me`), 503)
        yield* command("migrate", url)
        yield* untilStatus(`${api.here}/health/ready`, 200, api)
        yield* untilStatus(`${api.here}/v1/me`, 401, api)
        const lines = api.output().stdout.split("\n").filter((line) => line.includes("not ready"))
        assert.strictEqual(lines.length, 1)
        assert.include(lines[0] ?? "", "db:migrate")
        // It has not migrated anything itself, and a second migration finds nothing to do.
        yield* command("migrate", url)
        yield* command("seed", url)
        api.child.kill("SIGTERM")
        assert.strictEqual(yield* api.ended, 0)
      }).pipe(Effect.scoped),
    patience
  )

  it.effect("starts before its database, and finds it when it comes", () =>
    Effect.gen(function*() {
      const url = yield* anEmptyDatabase
      yield* command("migrate", url)
      const port = yield* freePort
      const later = new URL(url)
      later.port = String(port)
      const api = yield* startApi(later.href)
      assert.strictEqual(yield* statusOf(`${api.here}/health/ready`), 503)
      assert.strictEqual(yield* statusOf(`${api.here}/.well-known/jwks.json`), 503)
      yield* openTheWay(port)
      yield* untilStatus(`${api.here}/health/ready`, 200, api)
      yield* untilStatus(`${api.here}/.well-known/jwks.json`, 200, api)
    }).pipe(Effect.scoped), patience)
})

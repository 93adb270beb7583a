import { assert, it as alone } from "@effect/vitest"
import { freePort, patience, run, scratchFolder, untilStatus } from "@opsdesk/testkit/RunningProgram"
import { Database, TestStack } from "@opsdesk/testkit/TestDatabase"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Layer, Redacted } from "effect"
import { fileURLToPath } from "node:url"
import { TestHttp } from "./TestHttp.ts"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** Requests of each part: before, while Redis says nothing, and after. */
const requests = process.env["OPSDESK_FAULTS"] === "all" ? 1000 : 100

const Served = TestHttp.layerNoStack.pipe(Layer.provideMerge(TestStack("peopled")))

whenReachable(
  "redis",
  (redis) =>
    alone.live(
      "who is at work while Redis freezes and moves again gets every answer, and the right one",
      () =>
        Effect.gen(function*() {
          const { programUrl } = yield* Database
          const { tokenOf } = yield* TestHttp
          const { url, way } = yield* wayToUrl(redis, 6379)
          const port = yield* freePort
          const program = yield* run(main, [], {
            PORT: String(port),
            DATABASE_URL: Redacted.value(programUrl),
            REDIS_URL: url,
            OPSDESK_SECRET: "a secret that only tests use, long enough",
            OPSDESK_DATA_DIR: yield* scratchFolder
          })
          const desk = `http://127.0.0.1:${port}`
          yield* untilStatus(`${desk}/health/ready`, 200, program)
          const tokens = yield* Effect.all({ ada: tokenOf("ada"), carla: tokenOf("carla") })
          const ask = (as: keyof typeof tokens, method: string, path: string, body?: object) =>
            Effect.promise(async () => {
              const answer = await fetch(`${desk}${path}`, {
                method,
                headers: { authorization: `Bearer ${tokens[as]}`, "content-type": "application/json" },
                ...(body === undefined ? {} : { body: JSON.stringify(body) })
              })
              const text = await answer.text()
              assert.isBelow(answer.status, 300, `${method} ${path}: ${text}`)
              return text
            })
          const { data: { id } } = JSON.parse(
            yield* ask("carla", "POST", "/v1/tickets", { title: "No sound", description: "" })
          )

          /** Four at once: lists that are kept, a ticket, a new one, and one that changes and is read at once. */
          const mixed = (part: string) =>
            Effect.forEach(
              Array.from({ length: requests / 4 }, (_, at) => at),
              (at) =>
                Effect.all([
                  ask("ada", "GET", "/v1/tickets?status=open&sort=-updatedAt"),
                  ask("carla", "GET", `/v1/tickets/${id}`),
                  at % 5 === 0
                    ? ask("carla", "POST", "/v1/tickets", { title: part, description: "" })
                    : ask("ada", "GET", "/v1/tickets"),
                  Effect.gen(function*() {
                    const title = `${part} ${at}`
                    yield* ask("ada", "PATCH", `/v1/tickets/${id}`, { title })
                    assert.include(yield* ask("ada", "GET", `/v1/tickets/${id}`), `"${title}"`)
                    assert.include(yield* ask("ada", "GET", "/v1/tickets?status=open&sort=-updatedAt"), `"${title}"`)
                  })
                ], { concurrency: "unbounded" })
            )
          const state = Effect.promise(() => fetch(`${desk}/health/ready`).then((answer) => answer.json()))

          yield* mixed("before")
          assert.strictEqual((yield* state).status, "up")
          way.fallSilent()
          yield* mixed("frozen")
          assert.strictEqual((yield* state).status, "degraded")
          way.speakAgain()
          yield* mixed("after")
          yield* untilStatus(`${desk}/health/ready`, 200, program)
        }).pipe(Effect.provide(Served), Effect.scoped),
      patience
    )
)

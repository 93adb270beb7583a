import { assert, describe, it } from "@effect/vitest"
import type { Reachable } from "@opsdesk/testkit/neighbours"
import { missing, whoIsReachable } from "@opsdesk/testkit/neighbours"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { Effect } from "effect"

const nowhere = "redis://127.0.0.1:1"
const ask = (environment: Record<string, string>) =>
  Effect.tryPromise({
    try: () => whoIsReachable(environment),
    catch: (error) => error instanceof Error ? error.message : String(error)
  })

describe("a server that the tests do not bring along", () => {
  it.effect("is where its variable says, and nowhere when nobody answers there", () =>
    Effect.gen(function*() {
      const { port } = yield* wayTo(1)
      const here = `amqp://somebody:secret@127.0.0.1:${port}`
      assert.deepStrictEqual(yield* ask({ REDIS_URL: nowhere, AMQP_URL: here }), { redis: null, rabbitmq: here })
    }))

  it.effect("fails the run where it is required and does not answer", () =>
    Effect.gen(function*() {
      const { port } = yield* wayTo(1)
      const both = { REDIS_URL: nowhere, AMQP_URL: `amqp://127.0.0.1:${port}` }
      assert.strictEqual((yield* ask({ ...both, OPSDESK_REQUIRE: "rabbitmq" })).redis, null)
      for (const required of ["redis", "rabbitmq, redis"]) {
        const said = yield* Effect.flip(ask({ ...both, OPSDESK_REQUIRE: required }))
        assert.match(said, /^OPSDESK_REQUIRE names redis, which does not answer: start it, or set REDIS_URL$/)
      }
      assert.match(yield* Effect.flip(ask({ ...both, OPSDESK_REQUIRE: "kafka" })), /names kafka, which no suite needs$/)
    }))

  it("is told of in a line when it is not there", () => {
    const found: Reachable = { redis: nowhere, rabbitmq: null }
    assert.deepStrictEqual(missing(found), [
      "rabbitmq does not answer (AMQP_URL): the suites that need it do not run"
    ])
  })
})

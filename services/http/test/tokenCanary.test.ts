import { assert, layer } from "@effect/vitest"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer, Logger, References } from "effect"
import { grant } from "./hired.ts"
import { done } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

/** Everything that the program has logged, as text. */
class Logged extends Context.Service<Logged, Array<string>>()("@opsdesk/http/test/tokenCanary/Logged") {}

const LoggedHttp = Layer.unwrap(Effect.map(Logged, (lines) =>
  TestHttp.layerLogging(Layer.mergeAll(
    Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]),
    Layer.succeed(References.MinimumLogLevel, "All")
  )))).pipe(
    Layer.provideMerge(Layer.succeed(Logged, [])),
    Layer.provideMerge(TestStack("peopled"))
  )

layer(LoggedHttp, { excludeTestServices: true })("the text of an API token", (it) => {
  it.effect("comes into no line of the log, whether it is good, spoilt or revoked", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const lines = yield* Logged
      const body = { name: "Canary", scopes: [grant("ticket:read", "own")] }
      const { id, token } = yield* done("POST", "/v1/api-tokens", { as: "carla", body })
      const secret = String(token).slice(12)
      const uses = [token, `${token}x`, `Bearer ${token}`]
      for (const used of uses) yield* ask("GET", "/v1/me", { token: used })
      yield* ask("POST", "/v1/api-tokens", { token, body })
      yield* ask("GET", "/v1/api-tokens", { as: "carla" })
      yield* ask("DELETE", `/v1/api-tokens/${id}`, { as: "carla" })
      yield* ask("GET", "/v1/me", { token })
      assert.isAtLeast(lines.filter((line) => line.includes("/v1/api-tokens")).length, 4)
      assert.deepStrictEqual(lines.filter((line) => line.includes(secret)), [])
    }))
})

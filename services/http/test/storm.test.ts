import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestHttp } from "./TestHttp.ts"

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a storm of sign-ins", (it) => {
  it.effect("is turned away where it is too much, while everybody who is signed in is answered", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const storm = yield* Effect.forkChild(Effect.all(
        Array.from(
          { length: 200 },
          (_, at) => ask("POST", "/v1/auth/login", { body: { email: `nobody${at}@test.local`, password: "guess" } })
        ),
        { concurrency: "unbounded" }
      ))
      for (let at = 0; at < 20; at++) {
        assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "carla" })).status, 200)
      }
      const answers = yield* Fiber.join(storm)
      const turnedAway = answers.filter(({ status }) => status === 503)
      assert.strictEqual(answers.filter(({ status }) => status === 401).length + turnedAway.length, 200)
      assert.isAbove(turnedAway.length, 0)
      for (const { headers, json } of turnedAway) {
        assert.deepInclude(json, { code: "dependency-unavailable", dependency: "passwords" })
        assert.match(headers.get("retry-after") ?? "", /^[1-9]\d*$/)
      }
      const session = yield* ask("POST", "/v1/auth/login", {
        body: { email: "carla@test.local", password: "carla may come in" }
      })
      assert.strictEqual(session.status, 200, "and when it is over, everybody comes in")
    }))
})

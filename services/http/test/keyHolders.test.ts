import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { grant, hired } from "./hired.ts"
import { done, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"
import { isReplayed, under } from "./underKey.ts"

const scopes = [grant("ticket:create", "any"), grant("ticket:read", "own")]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an idempotency key", (it) => {
  it.effect("is that of one API token, or of all one's sessions: no token hears another's secret", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const make = (name: string) => done("POST", "/v1/api-tokens", { as: "alex", body: { name, scopes } })
      const [left, right] = [yield* make("Left"), yield* make("Right")]
      const body = { title: "Whose?", description: "" }
      const answers = yield* Effect.forEach(
        [{ as: "alex" }, { token: left.token }, { token: right.token }, { as: "alex" }, {
          token: left.token
        }] as const,
        (who) => ask("POST", "/v1/tickets", { ...who, body, ...under("whose") })
      )
      assert.deepStrictEqual(answers.map(({ status }) => status), [201, 201, 201, 201, 201])
      assert.deepStrictEqual(answers.map(isReplayed), [false, false, false, true, true])
      assert.strictEqual(new Set(answers.map(({ json }) => json.data.id)).size, 3)
    }))

  it.effect("gives its answer again to nobody who may not ask any more", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { data, token } = yield* hired("kim", { roles: ["admin"] })
      const send = ask("POST", "/v1/teams", { token, body: { name: "Kim's" }, ...under("team") })
      assert.strictEqual((yield* send).status, 201)
      assert.isTrue(isReplayed(yield* send))
      yield* done("PUT", `/v1/users/${data.id}/roles`, { as: "alex", body: { roles: ["customer"] } })
      const refused = yield* send
      assert.deepStrictEqual([refused.status, refused.json.permission, isReplayed(refused)], [403, "team:write", false])
      yield* done("PUT", `/v1/users/${data.id}/roles`, { as: "alex", body: { roles: ["admin"] } })
      assert.isTrue(isReplayed(yield* send))
    }))
})

layer(TestHttp.layer("peopled", undefined, { DB_POOL: "4" }), { excludeTestServices: true })(
  "requests under keys",
  (it) => {
    it.effect("leave connections to everybody else, however long they take", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        yield* opened("carla")
        let made = 0
        const first = yield* Deferred.make<void>()
        const many = 24
        const makers = yield* Effect.forEach(
          Array.from({ length: many }, (_, at) => at),
          (at) =>
            ask("POST", "/v1/users", {
              as: "alex",
              body: { email: `many${at}@test.local`, name: "One of many", password: "one of many people" },
              ...under(`many-${at}`)
            }).pipe(
              Effect.tap(() => Effect.sync(() => void made++)),
              Effect.tap(() => Deferred.succeed(first, undefined))
            ),
          { concurrency: "unbounded" }
        ).pipe(Effect.forkChild)
        // By now all of them are in the program.
        yield* Deferred.await(first)
        assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "carla" })).status, 200)
        assert.isBelow(made, many / 2)
        const answers = yield* Fiber.join(makers)
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([201]))
      }))
  }
)

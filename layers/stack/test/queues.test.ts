import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@opsdesk/capabilities/Broker"
import { Dependencies } from "@opsdesk/capabilities/Dependencies"
import { BrokerDependency } from "@opsdesk/stack/Stack"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Layer } from "effect"

const stackWith = (variables: Record<string, string>) =>
  BrokerDependency.pipe(Layer.provideMerge(TestStack("migrated", undefined, variables)))

/** Each dependency, and whether there is trouble with it. */
const asked = Effect.gen(function*() {
  const dependencies = yield* Dependencies
  return yield* Effect.forEach(
    dependencies,
    ({ name, trouble }) => Effect.map(trouble, (found) => [name, found?.detail])
  )
})

describe("a desk without RabbitMQ", () => {
  it.live("has its queues in PostgreSQL, and needs nothing else to be ready", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* asked, [["postgres", undefined], ["schema", undefined]])
      const { depths } = yield* Broker
      const queue = { name: "opsdesk.x", types: [], delays: [], prefetch: 1 }
      assert.deepStrictEqual([...yield* depths([queue])], [["opsdesk.x", 0], ["opsdesk.x.dead", 0]])
    }).pipe(Effect.provide(stackWith({}))))
})

whenReachable("rabbitmq", (url) => {
  describe("a program that needs RabbitMQ", () => {
    it.live("is ready while it is there, and only then", () =>
      Effect.gen(function*() {
        const { url: through, way } = yield* wayToUrl(url, 5672)
        const check = Effect.gen(function*() {
          assert.deepStrictEqual((yield* asked).at(-1), ["rabbitmq", undefined])
          way.leadTo(1)
          way.cut()
          const [name, detail] = (yield* asked).at(-1) ?? []
          assert.strictEqual(name, "rabbitmq")
          assert.match(detail ?? "", /^does not answer/)
        })
        yield* Effect.provide(check, stackWith({ AMQP_URL: through }))
      }))
  })
})

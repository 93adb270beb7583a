import { assert, layer } from "@effect/vitest"
import { Broker } from "@opsdesk/capabilities/Broker"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { RabbitBroker } from "@opsdesk/rabbitmq/RabbitBroker"
import { OwnRabbit } from "@opsdesk/testkit/OwnRabbit"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { whenRabbitStarts } from "@opsdesk/testkit/whenReachable"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import {
  consuming,
  message,
  ownWord,
  queueOf,
  untilDepths
} from "../../../packages/capabilities/test/contracts/BrokerContract.ts"

const window = 16

/** On a server of the suite's own, which nobody else minds losing. */
const Own = Layer.unwrap(
  Effect.map(
    OwnRabbit,
    ({ url }) =>
      RabbitBroker({ applicationName: "opsdesk-test", url: Redacted.make(url), patience: "1 second", window })
  )
).pipe(
  Layer.provideMerge(OwnRabbit.layer),
  Layer.provideMerge(Quiet)
)

const insist = <A, E>(effect: Effect.Effect<A, E>) =>
  effect.pipe(Effect.retry(Schedule.spaced("100 millis")), Effect.orDie)

whenRabbitStarts(() => {
  layer(Own, { excludeTestServices: true, timeout: 60_000 })("a RabbitMQ in need", (it) => {
    it.effect(
      "is given no more than the window while it blocks, and the rest when it has recovered",
      () =>
        Effect.gen(function*() {
          const { declare, depths, publish } = yield* Broker
          const { block, unblock } = yield* OwnRabbit
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`])
          yield* declare([queue])
          yield* publish([message(`${word}.x`, "before")])
          yield* untilDepths(queue, { ready: 1 })
          yield* block
          const many = Array.from({ length: 200 }, (_, n) => message(`${word}.x`, String(n)))
          for (const _ of [1, 2, 3]) {
            assert.instanceOf(yield* Effect.flip(publish(many)), DependencyUnavailable)
          }
          // Who consumes and looks is not held up.
          const { next } = yield* consuming(queue)
          assert.strictEqual((yield* next).body, "before")
          assert.strictEqual((yield* depths([queue])).get(queue.name), 0)
          const last = yield* Effect.forkChild(insist(publish([message(`${word}.x`, "last")])))
          yield* unblock
          yield* Fiber.join(last)
          const came: Array<string> = []
          while (came.at(-1) !== "last") came.push((yield* next).body)
          assert.isAtMost(came.length, window + 1)
        }),
      { timeout: 60_000 }
    )

    it.effect(
      "keeps what it has confirmed when it dies, and is published to and consumed from when it is back",
      () =>
        Effect.gen(function*() {
          const { declare, publish } = yield* Broker
          const { comeBack, die } = yield* OwnRabbit
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`])
          yield* declare([queue])
          yield* publish(Array.from({ length: 100 }, (_, n) => message(`${word}.x`, String(n))))
          yield* die
          assert.instanceOf(yield* Effect.flip(publish([message(`${word}.x`, "away")])), DependencyUnavailable)
          const { next } = yield* consuming(queue)
          yield* comeBack
          yield* insist(publish([message(`${word}.x`, "last")]))
          const came: Array<string> = []
          while (came.at(-1) !== "last") came.push((yield* next).body)
          assert.deepStrictEqual(came.slice(0, 100), Array.from({ length: 100 }, (_, n) => String(n)))
        }),
      { timeout: 60_000 }
    )
  })
})

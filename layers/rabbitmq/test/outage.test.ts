import { assert, describe, it } from "@effect/vitest"
import { Broker } from "@opsdesk/capabilities/Broker"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { RabbitBroker } from "@opsdesk/rabbitmq/RabbitBroker"
import { wayToUrl } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Deferred, Duration, Effect, Fiber, Logger, Queue, Redacted, References, Schedule } from "effect"
import {
  consuming,
  message,
  ownWord,
  queueOf,
  untilDepths
} from "../../../packages/capabilities/test/contracts/BrokerContract.ts"
import { bareChannel, ownPrefix, TestRabbit } from "./fixtures.ts"

/** As a relay does: what may not be there is published again. */
const insist = <A, E>(effect: Effect.Effect<A, E>) =>
  effect.pipe(Effect.retry(Schedule.spaced("50 millis")), Effect.orDie)

const unavailable = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(effect)
    assert.instanceOf(error, DependencyUnavailable)
    assert.strictEqual(error.dependency, "rabbitmq")
  })

whenReachable("rabbitmq", (url) => {
  describe("a desk that loses RabbitMQ", () => {
    it.live("loses no message by it, and publishes and consumes again by itself", () =>
      Effect.gen(function*() {
        const { url: through, way, port } = yield* wayToUrl(url, 5672)
        yield* Effect.gen(function*() {
          const { declare, publish } = yield* Broker
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`], 20)
          yield* declare([queue])
          const { next } = yield* consuming(queue)
          const seen = new Set<string>()
          const half = yield* Deferred.make<void>()
          const consumed = yield* Effect.forkChild(Effect.gen(function*() {
            while (seen.size < 600) {
              seen.add((yield* next).body)
              if (seen.size === 300) yield* Deferred.succeed(half, undefined)
            }
          }))
          const published = yield* Effect.forkChild(Effect.forEach(
            Array.from({ length: 60 }, (_, n) => n * 10),
            (from) =>
              insist(publish(Array.from({ length: 10 }, (_, n) => message(`${word}.x`, String(from + n))))).pipe(
                Effect.andThen(Effect.sleep("5 millis"))
              )
          ))
          for (const cuts of [1, 2, 3]) {
            yield* Effect.sleep(Duration.millis(40 * cuts))
            way.cut()
          }
          yield* Deferred.await(half)
          way.leadTo(1)
          way.cut()
          yield* unavailable(publish([message(`${word}.x`, "0")]))
          way.leadTo(port)
          yield* Fiber.join(published)
          yield* Fiber.join(consumed)
          assert.strictEqual(seen.size, 600)
          yield* untilDepths(queue, {})
        }).pipe(Effect.provide(TestRabbit(url, {}, through)))
      }))

    it.live("hears within its patience that confirms do not come, and that messages on their way may be lost", () =>
      Effect.gen(function*() {
        const { url: through, way } = yield* wayToUrl(url, 5672)
        yield* Effect.gen(function*() {
          const { declare, publish } = yield* Broker
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`])
          yield* declare([queue])
          yield* publish([message(`${word}.x`, "before")])
          way.fallSilent()
          // More than the window: the rest waits for room in vain.
          yield* unavailable(publish(Array.from({ length: 50 }, (_, n) => message(`${word}.x`, `lost ${n}`))))
          way.cut()
          way.speakAgain()
          yield* insist(publish([message(`${word}.x`, "after")]))
          const { take } = yield* consuming(queue)
          const bodies = (yield* take(2)).map(({ body }) => body)
          assert.deepStrictEqual(bodies, ["before", "after"])
        }).pipe(Effect.provide(TestRabbit(url, { patience: "300 millis", window: 8 }, through)))
      }))

    it.live("hears it at once when the connection goes between a message and its confirm", () =>
      Effect.gen(function*() {
        const { url: through, way } = yield* wayToUrl(url, 5672)
        yield* Effect.gen(function*() {
          const { declare, publish } = yield* Broker
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`])
          yield* declare([queue])
          yield* publish([message(`${word}.x`, "before")])
          way.fallSilent()
          const waiting = yield* Effect.forkChild(
            unavailable(publish([message(`${word}.x`, "in between")])),
            { startImmediately: true }
          )
          way.cut()
          yield* Fiber.join(waiting)
          way.speakAgain()
          yield* insist(publish([message(`${word}.x`, "in between")]))
          const { take } = yield* consuming(queue)
          assert.deepStrictEqual((yield* take(2)).map(({ body }) => body), ["before", "in between"])
          // An hour of patience: it is the loss that was heard of.
        }).pipe(Effect.provide(TestRabbit(url, { patience: "1 hour" }, through)))
      }))

    it.live("finds queues again that somebody has deleted meanwhile", () =>
      Effect.gen(function*() {
        const { url: through, way } = yield* wayToUrl(url, 5672)
        const prefix = ownPrefix()
        const admin = yield* bareChannel(url)
        yield* Effect.gen(function*() {
          const { declare, publish } = yield* Broker
          const word = ownWord()
          const queue = queueOf(word, [`${word}.#`])
          yield* declare([queue])
          yield* publish([message(`${word}.x`, "gone with its queue")])
          yield* Effect.promise(() => admin.deleteQueue(`${prefix}${queue.name}`))
          way.cut()
          yield* insist(publish([message(`${word}.x`, "kept")]))
          const { take } = yield* consuming(queue)
          assert.deepStrictEqual((yield* take(1)).map(({ body }) => body), ["kept"])
          // Under a consumer too: it is made again, and consumed from again.
          yield* Effect.promise(() => admin.deleteQueue(`${prefix}${queue.name}`))
          yield* insist(publish([message(`${word}.x`, "kept again")]))
          assert.deepStrictEqual((yield* take(1)).map(({ body }) => body), ["kept again"])
        }).pipe(Effect.provide(TestRabbit(url, { prefix }, through)))
      }))

    it.live("keeps its password to itself, whatever it logs", () =>
      Effect.gen(function*() {
        const lines = yield* Queue.unbounded<string>()
        const kept = Logger.make(({ message: text }) => void Queue.offerUnsafe(lines, JSON.stringify(text)))
        const wrong = new URL(url)
        wrong.username = "nobody"
        wrong.password = "hunter2hunter2"
        const log = Effect.gen(function*() {
          const { publish } = yield* Broker
          yield* unavailable(publish([message("x", "x")]))
          return yield* Queue.take(lines)
        }).pipe(
          Effect.provide(RabbitBroker({ applicationName: "opsdesk-test", url: Redacted.make(wrong.href) })),
          Effect.provide(Logger.layer([kept])),
          Effect.provideService(References.MinimumLogLevel, "Info")
        )
        const line = yield* log
        assert.match(line, /RabbitMQ does not answer/)
        assert.notInclude(line, "hunter2")
      }))
  })
})

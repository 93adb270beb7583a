import { assert, layer } from "@effect/vitest"
import type { DeadLetter } from "@opsdesk/capabilities/Broker"
import { Broker, deadName } from "@opsdesk/capabilities/Broker"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Queue } from "effect"
import {
  consuming,
  message,
  ownWord,
  queueOf,
  untilDepths
} from "../../../packages/capabilities/test/contracts/BrokerContract.ts"
import { bareChannel, ownPrefix, TestRabbit } from "./fixtures.ts"

whenReachable("rabbitmq", (url) => {
  const prefix = ownPrefix()
  const exchange = `${prefix}opsdesk.events`

  layer(TestRabbit(url, { prefix }), { excludeTestServices: true })("what others have sent", (it) => {
    it.effect("is handed out as it is, and what it does not say is null", () =>
      Effect.gen(function*() {
        const { declare } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`])
        yield* declare([queue])
        const channel = yield* bareChannel(url)
        channel.publish(exchange, `${word}.x`, Buffer.from("no event"))
        channel.publish("", `${prefix}${queue.name}`, Buffer.from("to the queue"))
        channel.publish(exchange, `${word}.y`, Buffer.from([0xff, 0x00, 0xfe]), {
          messageId: "an id",
          type: "another.type",
          headers: { "x-opsdesk-retries": "many", "x-opsdesk-error": 7 }
        })
        channel.publish(exchange, `${word}.y`, Buffer.from(""), { headers: { "x-opsdesk-retries": -1 } })
        const { take } = yield* consuming(queue)
        const plain = { id: null, retries: 0, redelivered: false }
        assert.deepStrictEqual(yield* take(4), [
          { ...plain, type: `${word}.x`, body: "no event" },
          { ...plain, type: null, body: "to the queue" },
          { ...plain, id: "an id", type: "another.type", body: "\ufffd\u0000\ufffd" },
          { ...plain, type: `${word}.y`, body: "" }
        ])
      }))

    it.effect("dies as it came, byte for byte, with what it knew about itself", () =>
      Effect.gen(function*() {
        const { declare } = yield* Broker
        const word = ownWord()
        const queue = queueOf(word, [`${word}.#`])
        yield* declare([queue])
        const channel = yield* bareChannel(url)
        const bytes = Buffer.from([0xff, 0x00, 0xfe])
        channel.publish(exchange, `${word}.x`, bytes, { contentType: "image/png", headers: { mine: "kept" } })
        const { stop, take } = yield* consuming(queue, ({ retries }) =>
          retries === 0 ? { _tag: "Retry", step: 0, error: "?" } : { _tag: "Dead", error: "e".repeat(100_000) })
        yield* take(2)
        yield* untilDepths(queue, { dead: 1 })
        yield* stop
        const dead = yield* Effect.promise(() =>
          channel.get(`${prefix}${deadName(queue)}`)
        )
        assert.isTrue(dead !== false)
        if (dead === false) return
        assert.isTrue(dead.content.equals(bytes))
        assert.deepInclude(dead.properties, { contentType: "image/png", type: `${word}.x`, deliveryMode: 2 })
        assert.deepInclude(dead.properties.headers, {
          mine: "kept",
          "x-opsdesk-retries": 1,
          "x-opsdesk-error": "e".repeat(2000)
        })
        assert.doesNotHaveAnyKeys(dead.properties.headers ?? {}, ["x-death", "x-first-death-queue"])
        channel.nack(dead)
        const { consumeDead } = yield* Broker
        const letters = yield* Queue.unbounded<DeadLetter>()
        yield* Effect.forkScoped(consumeDead(queue, (all) => Effect.asVoid(Queue.offerAll(letters, all))))
        assert.strictEqual((yield* Queue.take(letters)).error, "e".repeat(2000))
      }))

    it.effect("may be a queue that is not as it should be: the desk says so, and works on with the others", () =>
      Effect.gen(function*() {
        const { declare, depths, publish } = yield* Broker
        const word = ownWord()
        const good = queueOf(word, [`${word}.#`])
        const bad = queueOf(`${word}.bad`, [])
        const channel = yield* bareChannel(url)
        yield* declare([good])
        yield* Effect.promise(() => channel.assertQueue(`${prefix}${bad.name}`, { durable: true }))
        assert.instanceOf(yield* Effect.flip(depths([bad])), DependencyUnavailable)
        yield* publish([message(`${word}.x`, "good")])
        const { take } = yield* consuming(good)
        assert.lengthOf(yield* take(1), 1)
        yield* Effect.promise(() => channel.deleteQueue(`${prefix}${bad.name}`))
        yield* Effect.promise(() => channel.deleteQueue(`${prefix}${deadName(bad)}`))
      }))
  })
})

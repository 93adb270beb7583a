import type { Queue } from "@opsdesk/capabilities/Broker"
import { Broker, deadName, delayNames } from "@opsdesk/capabilities/Broker"
import type { RabbitBrokerOptions } from "@opsdesk/rabbitmq/RabbitBroker"
import { RabbitBroker } from "@opsdesk/rabbitmq/RabbitBroker"
import type { Channel } from "amqplib"
import { connect } from "amqplib"
import { Effect, Layer, Redacted } from "effect"
import { Quiet } from "./TestDatabase.ts"

/** A channel past the broker, as anybody who publishes or looks would have. */
export const bareChannel = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const connection = await connect(url)
      return { connection, channel: await connection.createChannel() }
    }),
    ({ connection }) => Effect.promise(() => connection.close())
  ).pipe(Effect.map(({ channel }) => channel))

/** Takes away what a broker has made under a prefix. */
export const removeAll = async (channel: Channel, prefix: string, queues: Iterable<Queue>) => {
  for (const queue of queues) {
    for (const name of [queue.name, ...delayNames(queue), deadName(queue)]) {
      await channel.deleteQueue(`${prefix}${name}`)
    }
  }
  await channel.deleteExchange(`${prefix}opsdesk.events`)
}

export const ownPrefix = () => `test-${globalThis.crypto.randomUUID()}.`

/** Remembers which queues were made through it, and takes them away in the end. */
export const Tidy = (url: string, prefix: string) =>
  Layer.effect(
    Broker,
    Effect.gen(function*() {
      const broker = yield* Broker
      const made = new Map<string, Queue>()
      const noted = (queue: Queue) => Effect.sync(() => void made.set(queue.name, queue))
      yield* Effect.addFinalizer(() =>
        Effect.scoped(
          Effect.flatMap(bareChannel(url), (channel) => Effect.promise(() => removeAll(channel, prefix, made.values())))
        )
      )
      return Broker.of({
        ...broker,
        declare: (queues) => Effect.andThen(Effect.forEach(queues, noted), broker.declare(queues)),
        consume: (queue, handle) => Effect.andThen(noted(queue), broker.consume(queue, handle)),
        consumeDead: (queue, keep) => Effect.andThen(noted(queue), broker.consumeDead(queue, keep))
      })
    })
  )

/** A broker with an exchange and queues of its own; `through` is another way to the same server. */
export const TestRabbit = (
  url: string,
  options: Partial<RabbitBrokerOptions> = {},
  through = url
): Layer.Layer<Broker> => {
  const prefix = options.prefix ?? ownPrefix()
  return Tidy(url, prefix).pipe(
    Layer.provide(RabbitBroker({ applicationName: "opsdesk-test", ...options, url: Redacted.make(through), prefix })),
    Layer.provideMerge(Quiet)
  )
}

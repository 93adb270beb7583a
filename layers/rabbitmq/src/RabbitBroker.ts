import type { Outgoing, Queue, Settlement } from "@opsdesk/capabilities/Broker"
import { Broker, deadName, Unroutable } from "@opsdesk/capabilities/Broker"
import { reached } from "@opsdesk/capabilities/Failpoints"
import type { Channel, ConsumeMessage } from "amqplib"
import type { Redacted } from "effect"
import { Array, Duration, Effect, Layer } from "effect"
import { attempt, openChannel, openConnection } from "./connection.ts"
import { deadLetterOf, deliveryOf, letterOf, movedBy } from "./letters.ts"
import type { Acks } from "./makeConsumer.ts"
import { consumeOn } from "./makeConsumer.ts"
import { makeLink, unavailable, untilThere } from "./makeLink.ts"
import { makePublisher } from "./makePublisher.ts"
import { declareAll, topologyOf } from "./topology.ts"

export interface RabbitBrokerOptions {
  /** `amqp://user:password@host:5672/vhost`; never logged. */
  readonly url: Redacted.Redacted<string>
  /** How the server's own views name the connections. */
  readonly applicationName: string
  /** What stands before the name of the exchange and of every queue; nothing, if not given. */
  readonly prefix?: string
  /** How many messages may be on their way without a confirm; 256, if not given. */
  readonly window?: number
  /** How long a confirm may take, or a server that takes no messages at the moment; 10 seconds, if not given. */
  readonly patience?: Duration.Input
}

/**
 * Queues in RabbitMQ 3.10 or later, over AMQP 0-9-1. Two connections, opened when they are first needed: the server holds
 * up whole connections that publish too much, and who consumes must go on then. What is lost on the wire is opened anew.
 */
export const RabbitBroker = (options: RabbitBrokerOptions) =>
  Layer.effect(
    Broker,
    Effect.gen(function*() {
      const topology = topologyOf(options.prefix ?? "")
      const known = new Map<string, Queue>()
      const declareKnown = (channel: Channel) => declareAll(channel, topology, known.values())
      const connectionFor = (what: string) =>
        openConnection({ url: options.url, name: `${options.applicationName} ${what}` })

      /** Whoever comes back to a server finds it as it should be, even one that has lost everything. */
      const prepared = Effect.tap(connectionFor("publishing"), ({ it }) =>
        Effect.scoped(Effect.flatMap(openChannel(it), (channel) => attempt(() => declareKnown(channel.it)))))
      const send = yield* makePublisher(prepared, {
        window: options.window ?? 256,
        patience: Duration.fromInputUnsafe(options.patience ?? "10 seconds")
      })
      const link = yield* makeLink("consuming", connectionFor("consuming"))

      /** On a channel of its own: the server closes the one on which something is refused. */
      const asked = <A>(what: (channel: Channel) => Promise<A>) =>
        Effect.flatMap(link.get, (connection) =>
          Effect.scoped(Effect.flatMap(openChannel(connection), ({ it, lost }) =>
            Effect.raceFirst(
              attempt(() =>
                what(it)
              ),
              lost
            )))).pipe(
            Effect.timeoutOrElse({
              duration: "5 seconds",
              orElse: () =>
                Effect.fail(unavailable)
            }),
            Effect.catchTag("Lost", ({ why }) =>
              Effect.andThen(Effect.logWarning(`RabbitMQ refuses: ${why}`), Effect.fail(unavailable)))
          )

      const declare = (queues: ReadonlyArray<Queue>) => {
        for (const queue of queues) {
          known.set(queue.name, queue)
        }
        return asked((channel) =>
          declareAll(channel, topology, queues)
        )
      }

      /** The copies are there for good before the originals go: what fails in between comes twice, and is never lost. */
      const move = Effect.fnUntraced(function*(
        queue: Queue,
        settled: ReadonlyArray<readonly [ConsumeMessage, Settlement]>
      ) {
        const letters = yield* Effect.forEach(settled, ([message, how]) =>
          movedBy(topology, queue, message, how))
        yield* send(letters.filter((letter) => letter !== null)).pipe(
          Effect.filterOrElse((nowhere) =>
            nowhere.length === 0, () =>
            Effect.andThen(declare([queue]), Effect.fail(unavailable))),
          untilThere
        )
      })

      const settle = Effect.fnUntraced(function*(
        queue: Queue,
        settled: ReadonlyArray<readonly [ConsumeMessage, Settlement]>,
        acks: Acks
      ) {
        const elsewhere = settled.filter(([, { _tag }]) =>
          _tag !== "Done"
        )
        const last = settled.at(-1)
        if (elsewhere.length === 0 && last !== undefined) return yield* acks.upTo(last[0])
        for (const [message, { _tag }] of settled) if (_tag === "Done") yield* acks.one(message)
        yield* move(queue, elsewhere)
        yield* reached("after-retry-published-before-ack")
        for (const [message] of elsewhere) yield* acks.one(message)
      })

      const sourceOf = (queue: Queue, name: string) => ({
        queue: `${topology.prefix}${name}`,
        prefetch: queue.prefetch,
        prepare: (channel: Channel) => declareAll(channel, topology, [queue])
      })

      return Broker.of({
        declare,
        publish: Effect.fnUntraced(function*(messages: ReadonlyArray<Outgoing>) {
          const nowhere = yield* send(messages.map((message) => letterOf(topology, message)))
          const ids = nowhere.flatMap(({ id }) => id ?? [])
          if (ids.length > 0) return yield* new Unroutable({ ids })
        }),
        consume: (queue, handle) =>
          consumeOn(
            link,
            sourceOf(queue, queue.name),
            Effect.fnUntraced(function*(messages, acks) {
              const settlements = yield* handle(messages.map(deliveryOf))
              if (settlements.length !== messages.length) {
                return yield* Effect.die(
                  new Error(`${settlements.length} settlements for ${messages.length} deliveries`)
                )
              }
              yield* settle(queue, Array.zip(messages, settlements), acks)
            })
          ),
        consumeDead: (queue, keep) =>
          consumeOn(
            link,
            sourceOf(queue, deadName(queue)),
            Effect.fnUntraced(function*(messages, acks) {
              yield* keep(messages.map(deadLetterOf))
              const last = messages.at(-1)
              if (last !== undefined) yield* acks.upTo(last)
            })
          ),
        depths: (queues) => asked((channel) => declareAll(channel, topology, queues))
      })
    })
  )

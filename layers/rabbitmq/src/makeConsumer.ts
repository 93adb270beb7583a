import type { Channel, ChannelModel, ConsumeMessage } from "amqplib"
import { Cause, Effect, Queue } from "effect"
import { attempt, Lost, lostBy, openChannel } from "./connection.ts"
import type { Link } from "./makeLink.ts"
import { untilThere } from "./makeLink.ts"

/** Acknowledges a chunk on the channel that it came by, if that is still there. */
export interface Acks {
  readonly one: (message: ConsumeMessage) => Effect.Effect<void, Lost>
  /** And all before it on this channel, of which none is open any more. */
  readonly upTo: (message: ConsumeMessage) => Effect.Effect<void, Lost>
}

const acksOn = (channel: Channel): Acks => {
  // A closed channel throws.
  const ack = (message: ConsumeMessage, upTo: boolean) =>
    Effect.try({ try: () => channel.ack(message, upTo), catch: lostBy })
  return { one: (message) => ack(message, false), upTo: (message) => ack(message, true) }
}

export interface Source {
  readonly queue: string
  readonly prefetch: number
  /** Makes what the consumer needs on the server, unless it is there. */
  readonly prepare: (channel: Channel) => Promise<unknown>
}

/**
 * Hands out what has arrived, chunk by chunk, on a channel of the consumer's own, and does so anew when that is lost. A
 * chunk is half of what the server sends ahead at most: the other half is on its way meanwhile.
 */
export const consumeOn = (
  link: Link<ChannelModel>,
  { prefetch, prepare, queue }: Source,
  work: (messages: ReadonlyArray<ConsumeMessage>, acks: Acks) => Effect.Effect<void, Lost>
): Effect.Effect<never> => {
  /** Ends when it was there and is lost; fails when it could not begin. */
  const session = Effect.gen(function*() {
    const connection = yield* link.await
    const channel = yield* openChannel(connection)
    yield* attempt(() => prepare(channel.it))
    yield* attempt(() => channel.it.prefetch(prefetch))
    const arrived = yield* Queue.unbounded<ConsumeMessage, Lost>()
    yield* attempt(() =>
      channel.it.consume(queue, (message) => {
        // Null: the queue is gone, and with it this consumer.
        if (message === null) Queue.failCauseUnsafe(arrived, Cause.fail(new Lost({ why: "the queue is gone" })))
        else Queue.offerUnsafe(arrived, message)
      })
    )
    const acks = acksOn(channel.it)
    const chunks = Effect.forever(
      Effect.flatMap(Queue.takeBetween(arrived, 1, Math.ceil(prefetch / 2)), (messages) => work(messages, acks))
    )
    const { why } = yield* Effect.flip(Effect.raceFirst(chunks, channel.lost))
    yield* Effect.logWarning(`RabbitMQ has stopped to hand out ${queue}: ${why}`)
  })
  return session.pipe(
    Effect.scoped,
    Effect.tapError(({ why }) => Effect.logWarning(`RabbitMQ hands out nothing of ${queue} for now: ${why}`)),
    // The schedule begins anew with each time that it has handed out something.
    untilThere,
    Effect.andThen(Effect.sleep("50 millis")),
    Effect.forever
  )
}

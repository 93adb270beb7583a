import type { Queue } from "@opsdesk/capabilities/Broker"
import { deadName, delayNames, handedOutAtMost } from "@opsdesk/capabilities/Broker"
import type { Channel } from "amqplib"

export interface Topology {
  /** What stands before the name of the exchange and of every queue: for desks, and tests, that share a server. */
  readonly prefix: string
  readonly exchange: string
}

export const topologyOf = (prefix: string): Topology => ({ prefix, exchange: `${prefix}opsdesk.events` })

/**
 * Quorum queues lose nothing that was confirmed when a node does. What leaves one for another by itself does so at least
 * once too, which the server does only for queues that refuse new messages rather than drop old ones.
 */
const movesOnTo = (queue: string) => ({
  "x-queue-type": "quorum",
  "x-dead-letter-exchange": "",
  "x-dead-letter-routing-key": queue,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish"
})

/** Nothing goes on from here; so the limit, which is 20 where none is given (RabbitMQ 4), must never be met. */
const staysHere = { "x-queue-type": "quorum", "x-overflow": "reject-publish", "x-delivery-limit": 1_000_000 }

/** How many messages wait in a queue that is made unless it is there. */
const assertedDepth = async (channel: Channel, queue: string, args: Readonly<Record<string, unknown>>) =>
  (await channel.assertQueue(queue, { durable: true, arguments: args })).messageCount

/**
 * Makes the exchange, and of each queue itself, its delays and its dead letters, unless they are there; answers with the
 * depths by name, without the prefix. Delays carry no time limit of their own: each message brings its own, so that
 * other delays can be set without making the queues anew.
 */
export const declareAll = async (channel: Channel, { exchange, prefix }: Topology, queues: Iterable<Queue>) => {
  const depths = new Map<string, number>()
  await channel.assertExchange(exchange, "topic", { durable: true })
  for (const queue of queues) {
    const name = `${prefix}${queue.name}`
    const dead = deadName(queue)
    depths.set(dead, await assertedDepth(channel, `${prefix}${dead}`, staysHere))
    const args = { ...movesOnTo(`${prefix}${dead}`), "x-delivery-limit": handedOutAtMost }
    depths.set(queue.name, await assertedDepth(channel, name, args))
    for (const delay of delayNames(queue)) {
      depths.set(delay, await assertedDepth(channel, `${prefix}${delay}`, movesOnTo(name)))
    }
    for (const type of queue.types) await channel.bindQueue(name, exchange, type)
  }
  return depths
}

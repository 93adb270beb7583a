import { Broker } from "@opsdesk/capabilities/Broker"
import type { Queue } from "@opsdesk/capabilities/Broker"
import { PostgresBroker } from "@opsdesk/postgres/PostgresBroker"
import { RabbitBroker } from "@opsdesk/rabbitmq/RabbitBroker"
import { Effect, Layer, Redacted } from "effect"
import process from "node:process"
import { bareChannel, ownPrefix, removeAll } from "../TestRabbit.ts"

/** Which broker a test is about: RabbitMQ at an address, with queues under a prefix of its own, or the database's. */
export type Kind = { readonly url: string; readonly prefix: string } | "postgres"

const urlVariable = "OPSDESK_TEST_AMQP_URL"
const prefixVariable = "OPSDESK_TEST_AMQP_PREFIX"

/** What a test tells a program of its own about its broker. */
export const queueVariables = (kind: Kind): Record<string, string> =>
  kind === "postgres" ? {} : { [urlVariable]: kind.url, [prefixVariable]: kind.prefix }

/** The desk's own brokers. What a dead consumer had of PostgreSQL's comes back soon, as tests do not wait half a minute. */
export const QueuesOf = (kind: Kind) =>
  kind === "postgres"
    ? PostgresBroker({ lease: "2 seconds" })
    : RabbitBroker({ url: Redacted.make(kind.url), applicationName: "opsdesk-faults", prefix: kind.prefix })

/** The broker that a test has told this program to use. */
export const ToldQueues = Layer.suspend(() => {
  const url = process.env[urlVariable]
  return QueuesOf(url === undefined ? "postgres" : { url, prefix: process.env[prefixVariable] ?? "" })
})

/** RabbitMQ's queues and exchange under a prefix that nobody else has; whoever made them says which to take away. */
export const ownRabbit = (url: string, queues: ReadonlyArray<Queue>) =>
  Effect.acquireRelease(
    Effect.sync(() => ({ url, prefix: ownPrefix() })),
    (kind) =>
      Effect.scoped(
        Effect.flatMap(bareChannel(url), (channel) => Effect.promise(() => removeAll(channel, kind.prefix, queues)))
      )
  )

/** When nothing waits in some queues, nor in what leads to them, three looks running: what is handed out may still come back. */
export const emptied = Effect.fnUntraced(function*(queues: ReadonlyArray<Queue>) {
  const broker = yield* Broker
  for (let looks = 0; looks < 3;) {
    const depths = yield* broker.depths(queues)
    looks = [...depths.values()].every((depth) => depth === 0) ? looks + 1 : 0
    yield* Effect.sleep("200 millis")
  }
})

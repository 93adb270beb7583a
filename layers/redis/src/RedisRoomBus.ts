import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Channel, Wire } from "@opsdesk/capabilities/roomBusOver"
import { roomBusOver } from "@opsdesk/capabilities/roomBusOver"
import { Effect, Layer, Queue, Redacted, Schedule } from "effect"
import type { RedisOptions } from "ioredis"
import { Redis } from "ioredis"

export interface RedisRoomBusOptions {
  readonly url: Redacted.Redacted<string>
  /** Before the names of the channels, so that several desks can share a Redis. */
  readonly prefix?: string
}

/**
 * What a lost line must not do: keep commands for later, send them twice, or leave somebody waiting. Who is away is said
 * at once, and asked again by whoever still wants to know.
 */
const impatient = {
  lazyConnect: true,
  connectTimeout: 2000,
  commandTimeout: 1000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false
} satisfies RedisOptions

/** Whether the server is still at the other end: a line that has gone says nothing by itself. */
const stillThere = Schedule.spaced("3 seconds")

const connect = (client: Redis) => Effect.tryPromise(() => client.connect())

const hungUp = (client: Redis) =>
  Effect.callback<never, Error>((resume) => {
    client.once("end", () => resume(Effect.fail(new Error("Redis has hung up"))))
  })

const clientOf = (url: Redacted.Redacted<string>, retryStrategy: (tries: number) => number | null) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const client = new Redis(Redacted.value(url), { ...impatient, retryStrategy })
      // Without a listener an error would end the process; what it means is said by whatever failed for it.
      client.on("error", () => {})
      return client
    }),
    (client) => Effect.sync(() => client.disconnect())
  )

/**
 * Hints by Redis' pub/sub, which reaches who is there at the moment and nobody else. The subscriber has a connection of
 * its own, and a new one each time that it has lost it.
 */
export const RedisRoomBus = ({ prefix = "opsdesk:", url }: RedisRoomBusOptions) =>
  Layer.effect(
    RoomBus,
    Effect.gen(function*() {
      const names: Record<Channel, string> = { wakes: `${prefix}wakes`, whispers: `${prefix}whispers` }
      const speaker = yield* clientOf(url, (tries) => Math.min(50 * tries, 2000))
      yield* Effect.ignore(connect(speaker))

      const hear: Wire["hear"] = (heard, isHearing) =>
        Effect.scoped(Effect.gen(function*() {
          const client = yield* clientOf(url, () => null)
          const queue = yield* Queue.sliding<readonly [Channel, string]>(4096)
          client.on("message", (name: string, text: string) => {
            Queue.offerUnsafe(queue, [name === names.wakes ? "wakes" : "whispers", text])
          })
          yield* connect(client)
          yield* Effect.tryPromise(() => client.subscribe(names.wakes, names.whispers))
          yield* isHearing
          return yield* Effect.raceAllFirst([
            Effect.forever(Effect.flatMap(Queue.take(queue), ([channel, text]) => heard(channel, text))),
            hungUp(client),
            Effect.andThen(Effect.repeat(Effect.tryPromise(() => client.ping()), stillThere), Effect.never)
          ])
        }))

      return yield* roomBusOver({
        send: (channel, text) => Effect.tryPromise(() => speaker.publish(names[channel], text)),
        hear
      })
    })
  )

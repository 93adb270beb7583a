import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Channel, Wire } from "@opsdesk/capabilities/roomBusOver"
import { roomBusOver } from "@opsdesk/capabilities/roomBusOver"
import type { Redacted } from "effect"
import { Effect, Layer, Queue, Schedule } from "effect"
import type { Redis } from "ioredis"
import { clientOf, connect } from "./impatient.ts"
import { onceForDesk } from "./onceForDesk.ts"

export interface RedisRoomBusOptions {
  readonly url: Redacted.Redacted<string>
  /** Before the names of the channels, as others may share a Redis. */
  readonly prefix?: string
}

/** Whether the server is still at the other end: a line that has gone says nothing by itself. */
const stillThere = Schedule.spaced("3 seconds")

const hungUp = (client: Redis) =>
  Effect.callback<never, Error>((resume) => {
    client.once("end", () => resume(Effect.fail(new Error("Redis has hung up"))))
  })

/**
 * Hints by Redis' pub/sub, which reaches who is there at the moment and nobody else. The subscriber has a connection of
 * its own, and a new one each time that it has lost it.
 */
export const RedisRoomBus = ({ prefix = "opsdesk:", url }: RedisRoomBusOptions) =>
  Layer.effect(
    RoomBus,
    Effect.gen(function*() {
      const names = yield* onceForDesk((desk) =>
        Effect.succeed<Record<Channel, string>>({
          wakes: `${prefix}wakes:${desk}`,
          whispers: `${prefix}whispers:${desk}`
        })
      )
      const speaker = yield* clientOf(url, { retryStrategy: (tries) => Math.min(50 * tries, 2000) })
      yield* Effect.ignore(connect(speaker))

      const hear: Wire["hear"] = (heard, isHearing) =>
        Effect.scoped(Effect.gen(function*() {
          const { wakes, whispers } = yield* names
          const client = yield* clientOf(url, { retryStrategy: () => null })
          const queue = yield* Queue.sliding<readonly [Channel, string]>(4096)
          client.on("message", (name: string, text: string) => {
            Queue.offerUnsafe(queue, [name === wakes ? "wakes" : "whispers", text])
          })
          yield* connect(client)
          yield* Effect.tryPromise(() => client.subscribe(wakes, whispers))
          yield* isHearing
          return yield* Effect.raceAllFirst([
            Effect.forever(Effect.flatMap(Queue.take(queue), ([channel, text]) => heard(channel, text))),
            hungUp(client),
            Effect.andThen(Effect.repeat(Effect.tryPromise(() => client.ping()), stillThere), Effect.never)
          ])
        }))

      return yield* roomBusOver({
        send: (channel, text) =>
          Effect.flatMap(names, (named) => Effect.tryPromise(() => speaker.publish(named[channel], text))),
        hear
      })
    })
  )

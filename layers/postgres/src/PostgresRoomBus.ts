import { PgConnection } from "@effect/sql-pg"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Channel, Wire } from "@opsdesk/capabilities/roomBusOver"
import { roomBusOver } from "@opsdesk/capabilities/roomBusOver"
import type { Redacted } from "effect"
import { Duration, Effect, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"

export interface PostgresRoomBusOptions {
  readonly url: Redacted.Redacted<string>
  /** How the server's own views name the connection that listens. */
  readonly applicationName: string
}

const names: Record<Channel, string> = { wakes: "opsdesk_wakes", whispers: "opsdesk_whispers" }

/**
 * Hints by `NOTIFY`. They are sent by a statement of their own, after what they tell of: in its transaction they would
 * make all commits of the server wait in line, and the client's `notify` does not belong to a transaction at all. One
 * connection outside the pool hears both channels, as each listener keeps one to itself; it comes back by itself, which the
 * client's `listen` does not.
 */
export const PostgresRoomBus = ({ applicationName, url }: PostgresRoomBusOptions) =>
  Layer.effect(
    RoomBus,
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient

      const hear: Wire["hear"] = (heard, isHearing) =>
        Effect.scoped(Effect.gen(function*() {
          const connection = yield* PgConnection.make({
            url,
            applicationName: `${applicationName}-bus`,
            connectTimeout: Duration.seconds(5),
            keepAlive: Duration.seconds(10)
          })
          const ours = yield* connection.pin
          const listen = Effect.fnUntraced(function*(channel: Channel) {
            const queue = yield* ours.listen(names[channel])
            return Effect.forever(Effect.flatMap(Queue.take(queue), ({ payload }) => heard(channel, payload)))
          })
          const loops = yield* Effect.all([listen("wakes"), listen("whispers")])
          yield* isHearing
          return yield* Effect.raceAllFirst(loops)
        }))

      return yield* roomBusOver({
        send: (channel, text) => sql`select pg_notify(${names[channel]}, ${text})`,
        hear
      })
    })
  )

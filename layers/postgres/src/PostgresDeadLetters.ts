import { DeadLetters } from "@opsdesk/capabilities/DeadLetters"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { DateTime, Effect, Layer, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"

const encode = Schema.encodeSync(Schema.fromJsonString(EventEnvelope))

/** Servers say what they like; a text of PostgreSQL holds no NUL. */
const storable = (text: string) => text.replaceAll("\0", "\uFFFD")

/**
 * Letters of what was given up after its event had taken effect. The consumer's note of the event says dead from then on,
 * as it does of an event that never took effect: so a replay has the consumer run it once more, and no more than once.
 */
export const PostgresDeadLetters = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const random = yield* SecureRandom.SecureRandom
    return DeadLetters.of({
      keep: Effect.fnUntraced(function*({ attempts, consumer, error, event }) {
        const at = DateTime.toDateUtc(yield* DateTime.now)
        // One that was replayed in vain begins anew; of two that come at once the later wins.
        yield* sql`delete from dead_letters where queue = ${`opsdesk.${consumer}`} and event_id = ${event.id}`
        yield* sql`
          insert into dead_letters (id, queue, event_id, type, attempts, error, failed_at, body)
          values (${yield* random
          .uuidV7()}, ${`opsdesk.${consumer}`}, ${event.id}, ${event.type}, ${attempts},
            ${storable(error)}, ${at}, ${encode(event)})
          on conflict (queue, event_id) where event_id is not null
          do update set attempts = excluded.attempts, error = excluded.error, failed_at = excluded.failed_at,
            body = excluded.body, replayed_at = null`
        yield* sql`
          update inbox set state = 'dead', error = ${storable(error)}, at = now()
          where consumer = ${consumer} and event_id = ${event.id}`
      })
    })
  })
)

import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"

/** What was given up, before it is a dead letter with an id. */
export interface GivenUp {
  readonly queue: string
  readonly eventId: string | null
  readonly type: string | null
  readonly attempts: number
  readonly error: string
  readonly body: string
}

/** A queue lets anything through; a text of PostgreSQL holds no NUL. */
const storable = (text: string) => text.replaceAll("\0", "\uFFFD")

/** The SQL that keeps dead letters; whoever works on the list has their own. */
export class DeadLetterStore extends Context.Service<DeadLetterStore>()("@opsdesk/events/DeadLetterStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const random = yield* SecureRandom.SecureRandom

    /** Keeps a letter, once for each queue: one that comes again says when and why it failed last. */
    const keep = Effect.fnUntraced(function*(letter: GivenUp) {
      const at = DateTime.toDateUtc(yield* DateTime.now)
      const target = letter.eventId === null
        ? sql`(queue, md5(body)) where event_id is null`
        : sql`(queue, event_id) where event_id is not null`
      yield* sql`
        insert into dead_letters (id, queue, event_id, type, attempts, error, failed_at, body)
        values (${yield* random.uuidV7()}, ${letter.queue}, ${letter.eventId},
          ${letter.type === null ? null : storable(letter.type)}, ${letter.attempts}, ${storable(letter.error)}, ${at},
          ${storable(letter.body)})
        on conflict ${target} do update set attempts = excluded.attempts, error = excluded.error,
          failed_at = excluded.failed_at, body = excluded.body`
    })

    return { keep }
  })
}) {
  static readonly layer = Layer.effect(DeadLetterStore, DeadLetterStore.make)
}

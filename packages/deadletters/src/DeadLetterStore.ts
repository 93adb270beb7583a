import type { DeadLetterId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { DeadLetter } from "./DeadLetter.ts"

const decodeLetters = Schema.decodeUnknownEffect(Schema.Array(DeadLetter))

/** All SQL about the list of dead letters. Nothing here puts one on it: whoever gives something up does. */
export class DeadLetterStore extends Context.Service<DeadLetterStore>()("@opsdesk/deadletters/DeadLetterStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const columns = sql.literal("id, seq, queue, event_id, type, attempts, error, failed_at, body")

    /** The newest first. What is being done again is not on the list. */
    const page = (beforeSeq: number | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from dead_letters
          where replayed_at is null and ${beforeSeq === null ? sql`true` : sql`seq < ${beforeSeq}`}
          order by seq desc limit ${rows}`,
        decodeLetters
      )

    const count = (upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (select from dead_letters where replayed_at is null limit ${upTo}) counted`,
        ([row]) => row?.count ?? 0
      )

    /** A letter, held until the end of the transaction, and whether it is being done again already. */
    const lock = (id: DeadLetterId) =>
      Effect.gen(function*() {
        const rows = yield* sql<{ isReplayed: boolean }>`
          select ${columns}, replayed_at is not null as is_replayed from dead_letters where id = ${id} for update`
        const [letter] = yield* decodeLetters(rows)
        return letter === undefined ? null : { letter, isReplayed: rows[0]?.isReplayed === true }
      })

    /** Has the letter delivered again, to its own queue alone, as if it had never been tried. */
    const deliverAgain = Effect.fnUntraced(function*(letter: DeadLetter, consumer: string, at: DateTime.Utc) {
      yield* sql`
        update inbox set state = 'waiting', attempts = 0, error = null, due_at = null, at = now()
        where consumer = ${consumer} and event_id = ${letter.eventId}::uuid and state in ('dead', 'settled')`
      yield* sql`
        insert into redeliveries (queue, message_id, type, body)
        values (${letter.queue}, ${letter.eventId}, ${letter.type}, ${letter.body})`
      yield* sql`update dead_letters set replayed_at = ${DateTime.toDateUtc(at)} where id = ${letter.id}`
    })

    const remove = (id: DeadLetterId) => sql`delete from dead_letters where id = ${id}`

    return { page, count, lock, deliverAgain, remove }
  })
}) {
  static readonly layer = Layer.effect(DeadLetterStore, DeadLetterStore.make)
}

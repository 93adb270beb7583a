import { PgClient } from "@effect/sql-pg"
import type { Outgoing, Queue } from "@opsdesk/capabilities/Broker"
import { deadName, delayNames, everyDelayName } from "@opsdesk/capabilities/Broker"
import { Duration, Effect, Schema } from "effect"
import { topicPattern, withDots } from "./topicPattern.ts"

const TakenRow = Schema.Struct({
  position: Schema.Int,
  id: Schema.NullOr(Schema.String),
  type: Schema.NullOr(Schema.String),
  body: Schema.String,
  retries: Schema.Int,
  /** This time included. */
  handedOut: Schema.Int,
  error: Schema.NullOr(Schema.String)
})
export type Taken = typeof TakenRow.Type
const decodeTaken = Schema.decodeUnknownEffect(Schema.Array(TakenRow))

/** One taking of one consumer. */
export interface Lease {
  readonly queue: string
  readonly token: string
  readonly positions: ReadonlyArray<number>
}

/** A message that leaves a queue for another, its delay or its dead letters. */
export interface Moved {
  readonly position: number
  readonly to: string
  /** Milliseconds until it comes back; null for good. */
  readonly delay: number | null
  readonly error: string
}

/** Every statement about queues. Each is about any number of messages. */
export const queueStatements = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const fromNow = (millis: number) => sql`clock_timestamp() + ${millis}::float8 * interval '1 millisecond'`

  /** By name, so that programs that declare the same at once do not wait for each other in a circle. */
  const declare = (queues: ReadonlyArray<Queue>) =>
    sql`
      insert into queues (name, patterns)
      select q.name, array(select json_array_elements_text(q.patterns))
      from json_to_recordset(${
      sql.json(queues.map(({ name, types }) => ({ name, patterns: types.map(topicPattern) })))
    }::json) as q(name text, patterns json)
      order by q.name
      on conflict (name) do update
      set patterns = array(select unnest(queues.patterns) union select unnest(excluded.patterns))
      where not queues.patterns @> excluded.patterns`

  /** Positions are drawn in the order of the messages. Answers with the ids of those that no queue takes. */
  const publish = (messages: ReadonlyArray<Outgoing>) =>
    sql<{ id: string }>`
      with message as (
        select * from json_to_recordset(${
      sql.json(messages.map(({ body, id, queue, type }, n) => ({
        n,
        id,
        type,
        words: withDots(type),
        body,
        queue: queue ?? null
      })))
    }::json) as m(n integer, id text, type text, words text, body text, queue text)
      ), routed as materialized (
        select m.n, q.name from message m join queues q on
          case when m.queue is null then exists (select from unnest(q.patterns) p where m.words ~ p)
            else q.name = m.queue end
      ), kept as (
        insert into queue_messages (queue, message_id, type, body)
        select r.name, m.id, m.type, m.body from routed r join message m using (n) order by m.n, r.name
      )
      select m.id from message m where not exists (select from routed r where r.n = m.n) order by m.n`

  /** Those whose delay is over go back to their queue, also from a delay that it had before: some now, the others next. */
  const bringBack = (queue: Queue) =>
    sql`
      update queue_messages set queue = ${queue.name}, returns_at = null
      where (queue, position) in (
        select queue, position from queue_messages
        where queue = any(${everyDelayName(queue)}::text[]) and returns_at <= statement_timestamp()
        order by returns_at limit 1000 for update skip locked
      )`

  /** The first that nobody has, or whose lease is over. The array makes the planner look each up by the primary key. */
  const take = Effect.fnUntraced(function*(queue: string, token: string, limit: number, lease: Duration.Duration) {
    const rows = yield* Effect.flatMap(
      sql`
        update queue_messages m
        set lease = ${token}, leased_until = ${fromNow(Duration.toMillis(lease))}, handed_out = handed_out + 1
        where m.queue = ${queue} and m.position = any(array(
          select position from queue_messages
          where queue = ${queue} and (leased_until is null or leased_until <= statement_timestamp())
          order by position limit ${limit} for update skip locked
        ))
        returning m.position, m.message_id as id, m.type, m.body, m.retries, m.handed_out, m.error`,
      decodeTaken
    )
    return rows.toSorted((a, b) => a.position - b.position)
  })

  const mine = ({ positions, queue, token }: Lease) =>
    sql`queue = ${queue} and lease = ${token} and position = any(${positions}::bigint[])`

  const renew = (held: Lease, lease: Duration.Duration) =>
    sql`update queue_messages set leased_until = ${fromNow(Duration.toMillis(lease))} where ${mine(held)}`

  /** They were handed out, and so they are told to have been when they come again. */
  const giveBack = (held: Lease) => sql`update queue_messages set lease = null, leased_until = null where ${mine(held)}`

  /** What is done goes, what is moved is moved, of what the lease still holds; one statement, so both or neither. */
  const settle = (done: Lease, moved: ReadonlyArray<Moved>) =>
    sql`
      with gone as (delete from queue_messages where ${mine(done)})
      update queue_messages m
      set queue = s."to", returns_at = ${fromNow(0)} + s.delay * interval '1 millisecond', error = s.error,
        retries = m.retries + (s.delay is not null)::integer, lease = null, leased_until = null, handed_out = 0
      from json_to_recordset(${sql.json(moved)}::json) as s(position bigint, "to" text, delay float8, error text)
      where m.queue = ${done.queue} and m.position = s.position and m.lease = ${done.token}`

  const depths = Effect.fnUntraced(function*(queues: ReadonlyArray<Queue>) {
    const names = queues.flatMap((queue) => [queue.name, ...delayNames(queue), deadName(queue)])
    const rows = yield* sql<{ queue: string; waiting: number }>`
      select queue, count(*) as waiting from queue_messages
      where queue = any(${names}::text[]) and (leased_until is null or leased_until <= statement_timestamp())
      group by queue`
    const counted = new Map(rows.map(({ queue, waiting }) => [queue, waiting]))
    return new Map(names.map((name) => [name, counted.get(name) ?? 0]))
  })

  return { declare, publish, bringBack, take, renew, giveBack, settle, depths }
})

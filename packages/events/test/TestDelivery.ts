import type { Queue } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { TicketId } from "@opsdesk/kernel/Ids"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { DateTime, Duration, Effect, Layer, Schedule, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import type { Consumer } from "../src/Consumer.ts"
import { ConsumerStore } from "../src/ConsumerStore.ts"
import { makeHandler } from "../src/consuming.ts"
import { Deliveries } from "../src/delivery.ts"
import { EventRow } from "../src/envelope.ts"
import { InboxStore } from "../src/InboxStore.ts"
import { OutboxStore } from "../src/OutboxStore.ts"
import { queueOf } from "../src/topology.ts"

/** Where the tests' consumers note what they do. */
const Effects = Layer.effectDiscard(asOwner(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    create table effects (id bigint generated always as identity, consumer text, ticket_id uuid, seq integer)`
  yield* sql`grant select, insert on effects to opsdesk_app`
})))

/** The real machinery on a real database, with the broker that lives in it or another one. */
export const DeliveryOn = (broker: Layer.Layer<Broker> | null) => {
  const stack = TestStack("peopled")
  return Layer.mergeAll(Deliveries, InboxStore.layer, OutboxStore.layer, Effects).pipe(
    Layer.provideMerge(broker === null ? stack : Layer.provideMerge(broker, stack))
  )
}

export const TestDelivery = DeliveryOn(null)

export const steps = [50, 100, 150].map(Duration.millis)

export const ownWord = (): string => `w${globalThis.crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`

/** Tickets that nothing has been told of. */
export const newTickets = (count: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const random = yield* SecureRandom.SecureRandom
    const ids = yield* Effect.forEach(Array.from({ length: count }), () => random.uuidV7())
    yield* sql`
      insert into tickets (id, title, description, type, status, priority, requester_id, created_at, updated_at)
      select id, 'x', '', 'incident', 'open', 'normal', ${personIds.carla}, now(), now()
      from unnest(${ids}::uuid[]) as t(id)`
    return ids.map((id) => TicketId.make(id))
  })

/** A command on a ticket, as desks run them: one transaction with the row's lock, and one event. */
export const command = (
  ticketId: TicketId,
  type = "ticket.updated",
  inside: Effect.Effect<void, Error> = Effect.void
) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const journal = yield* Journal
    const { atomic } = yield* Transaction
    return yield* atomic(Effect.gen(function*() {
      const [row] = yield* sql<{ lastSeq: number }>`
        update tickets set last_seq = last_seq + 1 where id = ${ticketId} returning last_seq`
      const seq = row?.lastSeq ?? 0
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: null,
        action: type,
        entity: { type: "ticket", id: ticketId },
        before: null,
        after: null,
        events: [{ type, ticketId, seq, audience: "public", payload: { seq } }]
      })
      yield* inside
      return seq
    }))
  })

/** The events of some tickets, in order. */
export const eventsOf = (tickets: ReadonlyArray<TicketId>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql`
      select id, position, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent, payload
      from events where ticket_id = any(${tickets}::uuid[]) order by position`
    return yield* Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(EventRow))(rows))
  })

/** What a consumer does in the tests: it notes each event, in its transaction. */
export const noting = (name: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const note = (events: ReadonlyArray<EventEnvelope>) =>
      Effect.asVoid(sql`
        insert into effects (consumer, ticket_id, seq)
        select ${name}::text, e.ticket_id, e.seq
        from unnest(${events.map(({ ticketId }) => ticketId ?? "")}::uuid[], ${
        events.map(({ seq }) => seq ?? 0)
      }::int[])
          as e(ticket_id, seq)`)
    /** What has taken effect on a ticket, in the order in which it did. */
    const noted = (ticketId: string) =>
      Effect.map(
        sql<{ seq: number }>`
          select seq from effects where consumer = ${name} and ticket_id = ${ticketId}::uuid order by id`,
        (rows) => rows.map(({ seq }) => seq)
      )
    return { note, noted }
  })

/** A consumer that is there, with its queue, and what handles its deliveries. */
export const registered = Effect.fnUntraced(function*<E, R>(consumer: Consumer<E, R>) {
  const broker = yield* Broker
  const store = yield* ConsumerStore
  const queue: Queue = yield* queueOf(consumer, steps)
  yield* broker.declare([queue])
  yield* store.register(consumer.name, consumer.types)
  return { queue, ...(yield* makeHandler(consumer, queue)) }
})

/** What the inbox of a consumer says of a ticket's events, in their order. */
export const inboxOf = (consumer: string, ticketId: TicketId) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* sql<{ seq: number; state: string; attempts: number }>`
      select seq, state, attempts::int from inbox where consumer = ${consumer} and ticket_id = ${ticketId} order by seq`
  })

export const lettersOf = (queue: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* sql<{ eventId: string | null; type: string | null; attempts: number; error: string; body: string }>`
      select event_id, type, attempts, error, body from dead_letters where queue = ${queue} order by seq`
  })

/** Looks again until it is so; a suite's own time limit ends what never is. */
export const until = <E, R>(what: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(what, { until: (so) => so, schedule: Schedule.spaced("20 millis") })

import { assert } from "@effect/vitest"
import type { JournalEntry } from "@opsdesk/capabilities/Journal"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import { TicketId, UserId } from "@opsdesk/kernel/Ids"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { DateTime, Effect, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import type { Suite } from "./Suite.ts"

const at = DateTime.makeUnsafe("2026-02-03T04:05:06.789Z")
const later = DateTime.makeUnsafe("2026-02-03T04:05:07.001Z")

/** Somebody, and a ticket of theirs that nothing has been told of. */
const aTicket = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const userId = UserId.make(yield* random.uuidV7())
  const ticketId = TicketId.make(yield* random.uuidV7())
  yield* sql`
    insert into users (id, email, name, created_at, updated_at) values (${userId}, ${`${userId}@test.local`}, 'x', now(), now())`
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, created_at, updated_at)
    values (${ticketId}, 'x', '', 'incident', 'open', 'normal', ${userId}, now(), now())`
  return { userId, ticketId }
}).pipe(Effect.provide(SecureRandom.layerWebCrypto))

const eventOf = (ticketId: TicketId, seq: number): NewEvent => ({
  type: "ticket.updated",
  ticketId,
  seq,
  audience: "public",
  payload: { seq }
})

const entryOf = (ticketId: TicketId, change: Partial<JournalEntry> = {}): JournalEntry => ({
  at,
  actorId: null,
  action: "ticket.updated",
  entity: { type: "ticket", id: ticketId },
  before: null,
  after: null,
  events: [],
  ...change
})

/** All that is written down about a ticket. */
const written = Effect.fnUntraced(function*(ticketId: TicketId) {
  const sql = yield* SqlClient.SqlClient
  const audit = yield* sql`
    select at, actor_id, action, entity_type, entity_id, request_id, before, after, ip,
      before is null as no_before, after is null as no_after
    from audit_log where entity_id = ${ticketId} order by seq`
  const events = yield* sql<{ position: number; xid: string }>`
    select position, transaction_id::text as xid, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent,
      audience, payload
    from events where ticket_id = ${ticketId} order by position`
  const outbox = yield* sql<{ position: number; xid: string }>`
    select position, transaction_id::text as xid, ticket_id from outbox where ticket_id = ${ticketId} order by position`
  return { audit, events, outbox }
})

const isText = Schema.makeFilter((text: string) => text.isWellFormed() && !text.includes("\0"))
const Text = Schema.String.check(isText)
/** V8's `JSON.parse` may read a key of one escaped character as another (nodejs/node#63785); no key of ours is. */
const isKey = Schema.makeFilter((key: string) => JSON.stringify(key) === `"${key}"`)
const Key = Text.check(isKey)
const Payload = Schema.Record(
  Key,
  Schema.Union([Text, Schema.Finite, Schema.Boolean, Schema.Null, Schema.Array(Text), Schema.Record(Key, Schema.Int)])
)

/** What every `Journal` owes, on a PostgreSQL with the desk's schema. */
export const journalContract = (suite: Suite<Journal | Transaction | SqlClient.SqlClient>): void =>
  suite("a journal", (it) => {
    it.effect("keeps one audit row for a command, with who, what, when, and where the request came from", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const journal = yield* Journal
        const { ticketId, userId } = yield* aTicket
        yield* atomic(journal.record(entryOf(ticketId, {
          actorId: userId,
          before: { title: "old", teamId: null },
          after: { title: "new", tags: ["a", { b: 1 }] }
        }))).pipe(
          Effect.provideService(RequestContext, { requestId: "r-1", traceparent: "00-t-s-01", ip: "192.0.2.7" })
        )
        const { audit, events, outbox } = yield* written(ticketId)
        assert.deepStrictEqual(audit, [{
          at: DateTime.toDateUtc(at),
          actorId: userId,
          action: "ticket.updated",
          entityType: "ticket",
          entityId: ticketId,
          requestId: "r-1",
          before: { title: "old", teamId: null },
          after: { title: "new", tags: ["a", { b: 1 }] },
          ip: "192.0.2.7",
          noBefore: false,
          noAfter: false
        }])
        assert.deepStrictEqual([events, outbox], [[], []])
      }))

    it.effect("keeps nothing in the place of what there is not: no actor, no request, no before, no after", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const journal = yield* Journal
        const { ticketId } = yield* aTicket
        yield* atomic(journal.record(entryOf(ticketId, { events: [eventOf(ticketId, 1)] })))
        const { audit: [row], events: [event] } = yield* written(ticketId)
        assert.deepInclude(row ?? {}, { actorId: null, requestId: null, ip: null, noBefore: true, noAfter: true })
        assert.deepInclude(event ?? {}, { actorId: null, requestId: null, traceparent: null })
      }))

    it.effect("keeps every event in its order, each with one row to publish, all of one transaction", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const journal = yield* Journal
        const sql = yield* SqlClient.SqlClient
        const { ticketId, userId } = yield* aTicket
        const seqs = Array.from({ length: 30 }, (_, index) => index + 1)
        const [own] = yield* atomic(Effect.andThen(
          journal.record(
            entryOf(ticketId, { actorId: userId, at: later, events: seqs.map((seq) => eventOf(ticketId, seq)) })
          ),
          sql<{ xid: string }>`select pg_current_xact_id()::text as xid`
        )).pipe(Effect.provideService(RequestContext, { requestId: "r-2", traceparent: "00-t-s-01", ip: null }))
        const { audit, events, outbox } = yield* written(ticketId)
        assert.strictEqual(audit.length, 1)
        assert.deepStrictEqual(
          events.map(({ position: _, ...event }) => event),
          seqs.map((seq) => ({
            xid: own?.xid ?? "",
            type: "ticket.updated",
            occurredAt: DateTime.toDateUtc(later),
            ticketId,
            seq,
            actorId: userId,
            requestId: "r-2",
            traceparent: "00-t-s-01",
            audience: "public",
            payload: { seq }
          }))
        )
        assert.deepStrictEqual(outbox, events.map(({ position, xid }) => ({ position, xid, ticketId })))
      }))

    it.effect("keeps who may hear of an event, and an event of no ticket without one", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const journal = yield* Journal
        const sql = yield* SqlClient.SqlClient
        const { ticketId, userId } = yield* aTicket
        yield* atomic(journal.record(entryOf(ticketId, {
          events: [
            eventOf(ticketId, 1),
            { ...eventOf(ticketId, 2), audience: "internal" },
            { type: "user.updated", ticketId: null, seq: null, audience: "internal", payload: { userId } }
          ]
        })))
        const { events, outbox } = yield* written(ticketId)
        assert.deepStrictEqual(events.map((event) => "audience" in event && event.audience), ["public", "internal"])
        assert.strictEqual(outbox.length, 2)
        const ofNoTicket = yield* sql`
          select e.ticket_id, e.seq, e.audience, o.ticket_id as outbox_ticket_id
          from events e join outbox o using (position) where e.payload ->> 'userId' = ${userId}`
        assert.deepStrictEqual(ofNoTicket, [{ ticketId: null, seq: null, audience: "internal", outboxTicketId: null }])
      }))

    it.effect.prop(
      "gives back whatever a payload says, keys and all",
      { payload: Payload },
      ({ payload }) =>
        Effect.gen(function*() {
          const { atomic } = yield* Transaction
          const journal = yield* Journal
          const { ticketId } = yield* aTicket
          const entry = entryOf(ticketId, {
            before: payload,
            after: payload,
            events: [{ ...eventOf(ticketId, 1), payload }]
          })
          yield* atomic(journal.record(entry))
          const { audit: [row], events: [event] } = yield* written(ticketId)
          const said = JSON.parse(JSON.stringify(payload))
          assert.deepInclude(event ?? {}, { payload: said })
          assert.deepInclude(row ?? {}, { before: said, after: said })
        })
    )

    it.effect("writes something with the record of it, and puts into that what is known only then", () =>
      Effect.gen(function*() {
        const { byOneStatement } = yield* Transaction
        const journal = yield* Journal
        const sql = yield* SqlClient.SqlClient
        const { ticketId } = yield* aTicket
        const writing = {
          queries: sql`
            written as (
              update tickets set last_seq = last_seq + 41 where id = ${ticketId} returning last_seq as seq, title
            )`,
          read: (rows: ReadonlyArray<object>) => Effect.succeed(rows)
        }
        const told = { ...eventOf(ticketId, 0), payload: { seq: 0, message: { seq: 0, body: "seq" }, lines: [1, 2] } }
        const answer = yield* byOneStatement(journal.recordWith(
          writing,
          entryOf(ticketId, {
            after: { seq: 0, title: null },
            events: [told, { ...eventOf(ticketId, 1), payload: { title: "" } }],
            drawn: [
              ["after", "seq"],
              ["after", "title"],
              ["events", "0", "seq"],
              ["events", "0", "payload", "message", "seq"],
              ["events", "1", "payload", "title"],
              // What is not there is not put there.
              ["events", "1", "payload", "seq"]
            ]
          })
        ))
        assert.deepStrictEqual(answer, [{ seq: 41, title: "x" }])
        const { audit: [row], events, outbox } = yield* written(ticketId)
        assert.deepInclude(row ?? {}, { noBefore: true, after: { seq: 41, title: "x" } })
        assert.deepStrictEqual(events.map((event) => "payload" in event && event.payload), [
          { seq: 0, message: { seq: 41, body: "seq" }, lines: [1, 2] },
          { title: "x" }
        ])
        assert.deepStrictEqual(events.map((event) => "seq" in event && event.seq), [41, 1])
        assert.lengthOf(outbox, 2)
        const [one] = yield* sql`
          select count(distinct xid) as transactions from (
            select xmin::text as xid from tickets where id = ${ticketId}
            union all select xmin::text from audit_log where entity_id = ${ticketId}
            union all select xmin::text from events where ticket_id = ${ticketId}
            union all select xmin::text from outbox where ticket_id = ${ticketId}
          ) written`
        assert.deepStrictEqual(one, { transactions: 1 })
      }))

    it.effect("records nothing of what did not take effect, and writes nothing that cannot be recorded", () =>
      Effect.gen(function*() {
        const { byOneStatement } = yield* Transaction
        const journal = yield* Journal
        const sql = yield* SqlClient.SqlClient
        const { ticketId } = yield* aTicket
        const titled = (title: string, version: number) => ({
          queries: sql`
            written as (update tickets set title = ${title} where id = ${ticketId} and version = ${version} returning id)`,
          read: ({ length }: ReadonlyArray<object>) => Effect.succeed(length)
        })
        const entry = entryOf(ticketId, { events: [eventOf(ticketId, 1)] })
        assert.strictEqual(yield* byOneStatement(journal.recordWith(titled("another", 7), entry)), 0)
        yield* Effect.exit(byOneStatement(
          journal.recordWith(titled("another", 1), { ...entry, events: [eventOf(ticketId, 1), eventOf(ticketId, 1)] })
        ))
        yield* Effect.exit(byOneStatement(
          journal.recordWith(titled("another", 1), { ...entry, events: [{ ...eventOf(ticketId, 1), seq: null }] })
        ))
        assert.deepStrictEqual(yield* written(ticketId), { audit: [], events: [], outbox: [] })
        assert.deepStrictEqual(yield* sql`select title from tickets where id = ${ticketId}`, [{ title: "x" }])
        assert.strictEqual(yield* byOneStatement(journal.recordWith(titled("another", 1), entry)), 1)
        assert.lengthOf((yield* written(ticketId)).outbox, 1)
      }))

    it.effect("keeps nothing of a command that does not go through, whatever stops it", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const journal = yield* Journal
        const { ticketId } = yield* aTicket
        const record = journal.record(entryOf(ticketId, { events: [eventOf(ticketId, 1)] }))
        yield* Effect.exit(atomic(Effect.andThen(record, Effect.fail("refused"))))
        yield* Effect.exit(atomic(Effect.andThen(record, record)))
        yield* Effect.exit(atomic(journal.record(entryOf(ticketId, {
          events: [eventOf(ticketId, 1), eventOf(ticketId, 1)]
        }))))
        assert.deepStrictEqual(yield* written(ticketId), { audit: [], events: [], outbox: [] })
      }))
  })

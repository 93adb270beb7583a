import { assert, layer } from "@effect/vitest"
import type { CurrentActor } from "@opsdesk/access/Actor"
import { versionTag } from "@opsdesk/kernel/EntityTag"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import { statementsOf } from "@opsdesk/testkit/statementsOf"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer, Schema } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { NewTicket } from "../src/Ticket.ts"
import { Ticket } from "../src/Ticket.ts"
import { TicketDesk } from "../src/TicketDesk.ts"

const noSound: NewTicket = { title: "No sound", description: "…", type: "incident", priority: "normal" }

const opened = Effect.flatMap(TicketDesk, ({ open }) => open(noSound).pipe(as("carla")))

/** All that there is of a ticket, with the transactions that have written it. */
const trail = Effect.fnUntraced(function*(ticket: Ticket) {
  const sql = yield* SqlClient.SqlClient
  const events = yield* sql<{ seq: number; type: string; payload: object }>`
    select seq, type, payload from events where ticket_id = ${ticket.id} order by position`
  const audited = yield* sql<{ action: string; after: object }>`
    select action, after from audit_log where entity_id = ${ticket.id} order by seq`
  const history = yield* sql<{ seq: number; to: string }>`
    select seq, to_status as "to" from ticket_status_history where ticket_id = ${ticket.id} order by seq`
  const [row] = yield* sql<{ lastSeq: number; version: number; transactions: number }>`
    select last_seq, version, (
      select count(distinct xid) from (
        select xmin::text as xid from audit_log where entity_id = ${ticket.id}
        union all select xmin::text from events where ticket_id = ${ticket.id}
        union all select xmin::text from ticket_status_history where ticket_id = ${ticket.id}
        union all select o.xmin::text from outbox o where o.ticket_id = ${ticket.id}
        union all select t.xmin::text
      ) written
    ) as transactions
    from tickets t where id = ${ticket.id}`
  return { events, audited, history, row }
})

/** Has something happen between what a command reads and what it writes: before the first statement that writes. */
const beforeItWrites = (other: Effect.Effect<unknown>) => <A, E, R>(command: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Statement.CurrentTransformer, (outer) => {
    let written = false
    return Effect.provideService(
      command,
      Statement.CurrentTransformer,
      (statement, sql, fiber, span) =>
        Effect.gen(function*() {
          if (!written && statement.compile()[0].trim().startsWith("with")) {
            written = true
            yield* Effect.provideService(other, Statement.CurrentTransformer, undefined)
          }
          return outer === undefined ? statement : yield* outer(statement, sql, fiber, span)
        })
    )
  })

const Suite = Layer.provideMerge(TicketDesk.layer, TestStack("peopled"))

layer(Suite, { excludeTestServices: true })("a command on PostgreSQL", (it) => {
  it.effect("opens a ticket with one statement, which knows the number", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* statementsOf(opened), ["with"])
      const ticket = yield* opened
      const { audited, events, history, row } = yield* trail(ticket)
      assert.isAbove(ticket.number, 0)
      const json = { ...Schema.encodeSync(Ticket.json)(ticket) }
      assert.deepStrictEqual(audited, [{ action: "ticket.created", after: json }])
      assert.deepStrictEqual(events, [{ seq: 1, type: "ticket.created", payload: { ticket: json } }])
      assert.deepStrictEqual(history, [{ seq: 1, to: "open" }])
      assert.deepStrictEqual(row, { lastSeq: 1, version: 1, transactions: 1 })
    }))

  it.effect("changes one by looking at it and one statement more, and one that changes nothing by looking at it", () =>
    Effect.gen(function*() {
      const { assign, changeStatus, claim, edit } = yield* TicketDesk
      const { id } = yield* opened
      const commands: ReadonlyArray<
        readonly [Effect.Effect<Ticket, unknown, CurrentActor>, ReadonlyArray<string>]
      > = [
        [changeStatus(id, { status: "waiting" }), ["select", "with"]],
        [edit(id, { title: "No sound at all" }), ["select", "with"]],
        [edit(id, { title: "No sound at all" }), ["select"]],
        // Whoever is to have it is held, so that they still work here when it is theirs.
        [assign(id, userIdOf("amir")), ["(select)", "(select)", "(select)", "(with)"]],
        [assign(id, null), ["(select)", "(with)"]],
        [claim(id), ["(select)", "(select)", "(with)"]],
        [claim(id), ["(select)"]]
      ]
      for (const [command, expected] of commands) {
        assert.deepStrictEqual(yield* statementsOf(command.pipe(as("ada"))), expected)
      }
      const { events, history, row } = yield* trail(yield* opened)
      assert.deepStrictEqual([events.length, history.length, row?.version], [1, 1, 1])
    }))

  it.effect("decides anew, holding the ticket, when somebody was faster", () =>
    Effect.gen(function*() {
      const { changeStatus, claim } = yield* TicketDesk
      const ticket = yield* opened
      const claimed = claim(ticket.id).pipe(as("amir"), Effect.orDie)
      const said = yield* statementsOf(
        beforeItWrites(claimed)(changeStatus(ticket.id, { status: "waiting" }).pipe(as("ada")))
      )
      assert.deepStrictEqual(said, ["select", "with", "(select)", "(with)"])
      const { events, history, row } = yield* trail(ticket)
      assert.deepStrictEqual(events.map(({ seq, type }) => [seq, type]), [
        [1, "ticket.created"],
        [2, "ticket.assigned"],
        [3, "ticket.status_changed"]
      ])
      assert.deepStrictEqual([history.map(({ seq }) => seq), row?.version, row?.lastSeq], [[1, 3], 3, 3])
      const { assigneeId, status } = yield* changeStatus(ticket.id, { status: "open" }).pipe(as("ada"))
      assert.deepStrictEqual([assigneeId, status], [userIdOf("amir"), "open"])
    }))

  it.effect("is refused by what the ticket has become meanwhile, and leaves nothing", () =>
    Effect.gen(function*() {
      const { changeStatus, claim, edit } = yield* TicketDesk
      const ticket = yield* opened
      const claimed = claim(ticket.id).pipe(as("amir"), Effect.orDie)
      const renamed = edit(ticket.id, { title: "Sound" }, [versionTag(ticket.version)]).pipe(as("ada"))
      assert.strictEqual((yield* Effect.flip(beforeItWrites(claimed)(renamed)))._tag, "PreconditionFailed")
      const closed = changeStatus(ticket.id, { status: "closed" }).pipe(as("carla"), Effect.orDie)
      const late = changeStatus(ticket.id, { status: "waiting" }).pipe(as("ada"))
      assert.strictEqual((yield* Effect.flip(beforeItWrites(closed)(late)))._tag, "TicketCannotMove")
      const { audited, events } = yield* trail(ticket)
      assert.deepStrictEqual([audited.length, events.map(({ seq }) => seq)], [3, [1, 2, 3]])
    }))

  it.effect("goes through for each of twenty at once, in one line of numbers, and for one of twenty claims", () =>
    Effect.gen(function*() {
      const { claim, edit } = yield* TicketDesk
      const ticket = yield* opened
      const twenty = Array.from({ length: 20 }, (_, n) => n)
      yield* Effect.forEach(twenty, (n) => edit(ticket.id, { title: `No sound, ${n}` }).pipe(as("ada")), {
        concurrency: "unbounded"
      })
      const who = (n: number) => n % 2 === 0 ? "ada" : "amir"
      yield* Effect.forEach(twenty, (n) => Effect.result(claim(ticket.id).pipe(as(who(n)))), {
        concurrency: "unbounded"
      })
      const { audited, events, row } = yield* trail(ticket)
      const seqs = Array.from({ length: 22 }, (_, n) => n + 1)
      assert.deepStrictEqual(events.map(({ seq }) => seq), seqs)
      assert.deepStrictEqual([audited.length, row?.version, row?.lastSeq, row?.transactions], [22, 22, 22, 22])
    }))
})

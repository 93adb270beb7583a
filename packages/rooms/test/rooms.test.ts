import { assert, layer } from "@effect/vitest"
import { Unauthenticated } from "@opsdesk/access/AccessProblems"
import { Rights } from "@opsdesk/access/Rights"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { TicketId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { guestBy } from "@opsdesk/rooms/guestBy"
import { roomOfTicket, tickets } from "@opsdesk/rooms/Room"
import type { Room } from "@opsdesk/rooms/Room"
import { AccessWithdrawn, CannotResume } from "@opsdesk/rooms/RoomProblems"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import type { Person } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { Deferred, Effect, Fiber, Layer, Option, Stream } from "effect"
import { SqlClient } from "effect/sql"

const Live = Layer.mergeAll(TicketDesk.layer, MessageDesk.layer, TeamDesk.layer, Rooms.layer, Rights.layer).pipe(
  Layer.provideMerge(TestStack("peopled"))
)

const guestOf = (person: Person) =>
  Effect.gen(function*() {
    const rights = yield* Rights
    return yield* guestBy(Effect.flatMap(rights.actor(userIdOf(person), null), (found) =>
      Option.isSome(found) ? Effect.succeed(found.value) : Effect.fail(new Unauthenticated())))
  })

const listen = (person: Person, room: Room, after?: number) =>
  Stream.unwrap(Effect.gen(function*() {
    return (yield* Rooms).events(room, after, yield* guestOf(person))
  }))

const opened = (but: { readonly teamId?: ReturnType<typeof teamIdOf> } = {}) =>
  Effect.gen(function*() {
    const desk = yield* TicketDesk
    return yield* desk.open({ title: "No sound", description: "", type: "incident", priority: "normal", ...but }).pipe(
      as("carla")
    )
  })

const say = (ticketId: TicketId, body: string, visibility: "public" | "internal" = "public") =>
  Effect.flatMap(MessageDesk, (desk) => desk.send(ticketId, { body, visibility })).pipe(as("ada"))

/** Whoever waits in vain says how far it was, and what the database was at. */
const orTell = (far: () => object) => <A, E, R>(waiting: Effect.Effect<A, E, R>) =>
  Effect.timeoutOrElse(waiting, {
    duration: "25 seconds",
    orElse: () =>
      asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const activity = yield* sql`
          select pid, state, wait_event, backend_xid::text as xid, backend_xmin::text as xmin, (now() - xact_start)::text as open,
            left(query, 200) as query
          from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
        const locks = yield* sql`
          select pid, mode, granted, virtualtransaction from pg_locks
          where relation = 'events'::regclass and database = (select oid from pg_database where datname = current_database())`
        const snapshot = yield* sql`
          select pg_current_snapshot()::text as snapshot, (select max(position) from events) as last,
            (select count(*) from events) as events`
        return yield* Effect.die(new Error(JSON.stringify({ ...far(), snapshot, activity, locks })))
      }))
  })

const seqs = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at)

layer(Live, { excludeTestServices: true })("whoever listens to a ticket", (it) => {
  it.effect("hears what was before and what happens meanwhile once and in order, from wherever they go on", () =>
    Effect.gen(function*() {
      const { id } = yield* opened()
      yield* Effect.forEach(seqs(9), (at) => say(id, `before ${at}`))
      const last = 40
      const joiners = yield* Effect.forEach([0, 0, 3, 9, 10], (after) =>
        listen("carla", roomOfTicket(id), after).pipe(
          Stream.take(last - after),
          Stream.runCollect,
          Effect.map((heard) => [after, heard.map(({ seq }) => seq)] as const),
          Effect.forkChild({ startImmediately: true })
        ))
      yield* Effect.forEach(seqs(30), (at) => say(id, `meanwhile ${at}`), { concurrency: 4 })
      for (const joiner of joiners) {
        const [after, heard] = yield* Fiber.join(joiner)
        assert.deepStrictEqual(heard, seqs(last - after, after + 1))
      }
    }))

  it.effect("never hears of a note among agents, unless they are one: only its place is missing", () =>
    Effect.gen(function*() {
      const { id } = yield* opened()
      yield* say(id, "to you")
      yield* say(id, "to us", "internal")
      const both = yield* Effect.forEach(
        ["carla", "ada"] as const,
        (person) =>
          listen(person, roomOfTicket(id), 0).pipe(
            Stream.takeUntil(({ seq }) => seq === 5),
            Stream.runCollect,
            Effect.forkChild({ startImmediately: true })
          )
      )
      yield* say(id, "to us again", "internal")
      yield* say(id, "to you again")
      const [carla, ada] = yield* Effect.forEach(both, Fiber.join)
      assert.deepStrictEqual(carla?.map(({ seq }) => seq), [1, 2, 5])
      assert.deepStrictEqual(ada?.map(({ seq }) => seq), [1, 2, 3, 4, 5])
      assert.notInclude(JSON.stringify(carla), "to us")
    }))

  it.effect("hears that there is no such ticket where it is not theirs, and where there is none", () =>
    Effect.gen(function*() {
      const { id } = yield* opened({ teamId: teamIdOf("Network") })
      const nowhere = TicketId.make("0198c7a2-0000-7000-8000-00000000ffff")
      for (const [person, ticketId] of [["chris", id], ["ada", id], ["alex", nowhere]] as const) {
        const refused = yield* Effect.flip(Stream.runDrain(listen(person, roomOfTicket(ticketId), 0)))
        assert.instanceOf(refused, TicketNotFound)
      }
    }))

  it.effect("hears that they cannot go on from a place that was never there", () =>
    Effect.gen(function*() {
      const { id } = yield* opened()
      const refusals = yield* Effect.forEach(
        [[roomOfTicket(id), 2], [tickets, Number.MAX_SAFE_INTEGER - 1]] as const,
        ([room, after]) => Effect.flip(Stream.runDrain(listen("carla", room, after)))
      )
      for (const refused of refusals) assert.instanceOf(refused, CannotResume)
    }))

  it.effect("hears nothing more once the ticket is another team's, not even that it is", () =>
    Effect.gen(function*() {
      const desk = yield* TicketDesk
      const { id } = yield* opened({ teamId: teamIdOf("Support") })
      const heard: Array<number> = []
      const began = yield* Deferred.make<void>()
      const listening = yield* listen("ada", roomOfTicket(id), 0).pipe(
        Stream.runForEach(({ seq }) => {
          heard.push(seq)
          return Deferred.succeed(began, undefined)
        }),
        Effect.flip,
        Effect.forkChild
      )
      yield* Deferred.await(began)
      yield* desk.edit(id, { teamId: teamIdOf("Network") }).pipe(as("alex"))
      assert.instanceOf(yield* Fiber.join(listening), AccessWithdrawn)
      assert.deepStrictEqual(heard, [1])
    }))

  it.effect("hears nothing more once they have left the team that the ticket belongs to", () =>
    Effect.gen(function*() {
      const teams = yield* TeamDesk
      const { id } = yield* opened({ teamId: teamIdOf("Support") })
      const began = yield* Deferred.make<void>()
      const listening = yield* listen("amir", roomOfTicket(id), 0).pipe(
        Stream.runForEach(() => Deferred.succeed(began, undefined)),
        Effect.flip,
        Effect.forkChild
      )
      yield* Deferred.await(began)
      yield* teams.removeMember(teamIdOf("Support"), userIdOf("amir")).pipe(as("alex"))
      assert.instanceOf(yield* Fiber.join(listening), AccessWithdrawn)
    }))
})

layer(Live, { excludeTestServices: true })("whoever listens to all tickets", (it) => {
  it.effect("hears of every ticket that they may see, in the order of positions, and goes on from any of them", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const mine = listen("carla", tickets, 0)
      const count = 30
      const soFar: Array<number> = []
      const listening = yield* mine.pipe(
        Stream.tap(({ position }) => Effect.sync(() => soFar.push(position))),
        Stream.take(2 * count),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const desk = yield* TicketDesk
      yield* Effect.forEach(seqs(count), (at) =>
        Effect.gen(function*() {
          const { id } = yield* opened()
          yield* say(id, "to us", "internal")
          // Draws a position that nobody will ever see.
          yield* Effect.exit(atomic(Effect.andThen(say(id, "not kept"), Effect.fail("no"))))
          yield* desk.open({ title: "Another's", description: "", type: "request", priority: "low" }).pipe(as("chris"))
          yield* say(id, `to you ${at}`)
        }), { concurrency: 5 }).pipe(orTell(() => ({ before: "something is being said", heard: soFar })))
      const heard = yield* Fiber.join(listening).pipe(orTell(() => ({ before: "all is said", heard: soFar })))
      const positions = heard.map(({ position }) => position)
      assert.deepStrictEqual(positions, positions.toSorted((a, b) => a - b))
      assert.strictEqual(new Set(positions).size, 2 * count)
      assert.strictEqual(heard.filter(({ envelope }) => envelope.type === "ticket.created").length, count)
      const rest = yield* listen("carla", tickets, positions[9]).pipe(Stream.take(2 * count - 10), Stream.runCollect)
      assert.deepStrictEqual(rest.map(({ position }) => position), positions.slice(10))
    }))

  it.effect("waits for nobody who keeps a transaction open and has told nothing in it", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const isOpen = yield* Deferred.make<void>()
      yield* asOwner(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql`select pg_current_xact_id()::text`.pipe(
          Effect.andThen(Deferred.succeed(isOpen, undefined)),
          Effect.andThen(Effect.never),
          sql.withTransaction
        ))).pipe(Effect.forkChild)
      yield* Deferred.await(isOpen)
      const { id } = yield* opened()
      // Draws a position that nobody will ever see.
      yield* Effect.exit(atomic(Effect.andThen(say(id, "not kept"), Effect.fail("no"))))
      yield* say(id, "kept")
      const heard = yield* listen("carla", tickets, 0).pipe(
        Stream.filter(({ ticketId }) => ticketId === id),
        Stream.take(2),
        Stream.runCollect,
        orTell(() => ({ before: "what was said is heard" }))
      )
      assert.deepStrictEqual(heard.map(({ seq }) => seq), [1, 2])
    }))

  it.effect("misses nobody who has drawn a place with a higher id than anybody who has ended", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const sql = yield* SqlClient.SqlClient
      const [first, second] = [yield* opened(), yield* opened()]
      const heard = yield* listen("carla", tickets, 0).pipe(
        Stream.filter(({ envelope, ticketId }) =>
          envelope.type !== "ticket.created" && (ticketId === first.id || ticketId === second.id)
        ),
        Stream.take(2),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const [began, hasId, isDrawn, mayEnd] = yield* Effect.all([
        Deferred.make<void>(),
        Deferred.make<void>(),
        Deferred.make<void>(),
        Deferred.make<void>()
      ])
      const ofFirst = yield* listen("carla", roomOfTicket(first.id), 0).pipe(
        Stream.tap(() => Deferred.succeed(began, undefined)),
        Stream.take(2),
        Stream.runDrain,
        Effect.forkChild
      )
      yield* Deferred.await(began)
      const one = yield* sql`select pg_current_xact_id()::text`.pipe(
        Effect.andThen(Deferred.succeed(hasId, undefined)),
        Effect.andThen(Deferred.await(isDrawn)),
        // Written as it is: a desk within a transaction has a part of its own, with an id that is higher again.
        Effect.andThen(sql`
          insert into events (id, type, occurred_at, ticket_id, seq, audience, payload)
          values (uuidv7(), 'ticket.updated', now(), ${first.id}, 2, 'public', '{"before": {}, "after": {}}')`),
        atomic,
        Effect.forkChild
      )
      yield* Deferred.await(hasId)
      const other = yield* say(second.id, "the higher id, the earlier place").pipe(
        Effect.andThen(Deferred.succeed(isDrawn, undefined)),
        Effect.andThen(Deferred.await(mayEnd)),
        atomic,
        Effect.forkChild
      )
      yield* Fiber.join(one)
      // Its ticket's listeners hear at once: whoever reads the feed has seen it by then, and nobody else has ended.
      yield* Fiber.join(ofFirst)
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(other)
      assert.deepStrictEqual((yield* Fiber.join(heard)).map(({ ticketId }) => ticketId), [second.id, first.id])
    }))

  it.effect("hears of an event only when nobody can put another before it, while its ticket's listeners do at once", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const held = yield* opened()
      const free = yield* opened()
      const ofTicket = yield* listen("carla", roomOfTicket(free.id)).pipe(
        Stream.take(1),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const toTheEnd = yield* listen("carla", roomOfTicket(free.id)).pipe(
        Stream.take(2),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const heard: Array<string> = []
      const both = yield* Deferred.make<void>()
      const began = yield* Deferred.make<void>()
      yield* listen("carla", tickets, 0).pipe(
        Stream.runForEach(({ envelope, ticketId }) => {
          if (envelope.type !== "message.sent") {
            return ticketId === free.id ? Deferred.succeed(began, undefined) : Effect.void
          }
          if (ticketId === held.id || ticketId === free.id) heard.push(ticketId)
          return heard.length === 3 ? Deferred.succeed(both, undefined) : Effect.void
        }),
        Effect.forkChild
      )
      yield* Deferred.await(began)
      const mayEnd = yield* Deferred.make<void>()
      const isDrawn = yield* Deferred.make<void>()
      const slow = yield* say(held.id, "drawn first").pipe(
        Effect.andThen(Deferred.succeed(isDrawn, undefined)),
        Effect.andThen(Deferred.await(mayEnd)),
        atomic,
        Effect.forkChild
      )
      yield* Deferred.await(isDrawn)
      yield* say(free.id, "committed first")
      assert.lengthOf(yield* Fiber.join(ofTicket), 1)
      // More than is looked at in one go: what comes after them is not out of sight.
      const sql = yield* SqlClient.SqlClient
      yield* sql`
        insert into events (id, type, occurred_at, audience, payload)
        select uuidv7(), 'user.updated', now(), 'public', '{}' from generate_series(1, 2500)`
      yield* say(free.id, "committed last")
      assert.lengthOf(yield* Fiber.join(toTheEnd), 2)
      assert.deepStrictEqual(heard, [])
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(slow)
      yield* Deferred.await(both)
      assert.deepStrictEqual(heard, [held.id, free.id, free.id])
    }))
})

import { assert, layer } from "@effect/vitest"
import { TicketId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { aTicket, opening } from "@opsdesk/testkit/aTicket"
import type { Person } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { written } from "@opsdesk/testkit/written"
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import type { Ticket } from "../src/Ticket.ts"
import { TicketStore } from "../src/TicketStore.ts"
import { WatcherDesk } from "../src/WatcherDesk.ts"

/** Carla's, with Support. */
const opened = Effect.gen(function*() {
  const random = yield* SecureRandom.SecureRandom
  const store = yield* TicketStore
  return yield* written(store.insert(
    aTicket({ id: TicketId.make(yield* random.uuidV7()), teamId: teamIdOf("Support") }),
    opening(yield* random.uuidV7())
  ))
})

const watching = (ticket: Ticket) =>
  Effect.gen(function*() {
    const { list } = yield* WatcherDesk
    const { data } = yield* list(ticket.id, { limit: 100 }).pipe(as("alex"))
    return data.map(({ userId }) => userId)
  })

/** What was written down of a ticket: audit rows, and events with their sequence. */
const trail = (ticket: Ticket) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const audited = yield* sql<{ action: string }>`
      select action from audit_log where entity_id = ${ticket.id} order by seq`
    const told = yield* sql<{ type: string; seq: number; payload: object }>`
      select type, seq, payload from events where ticket_id = ${ticket.id} order by position`
    return { audited: audited.map(({ action }) => action), told }
  })

const refusedTo = (person: Person, ticket: Ticket, whom: Person) =>
  Effect.gen(function*() {
    const { watch } = yield* WatcherDesk
    const problem = yield* watch(ticket.id, userIdOf(whom)).pipe(as(person), Effect.flip)
    return problem.code
  })

const Suite = Layer.mergeAll(WatcherDesk.layer, TicketStore.layer).pipe(Layer.provideMerge(TestStack("peopled")))

layer(Suite, { excludeTestServices: true })("whoever wants to hear of a ticket", (it) => {
  it.effect("watches it once, however often they say so, and no more when they say that", () =>
    Effect.gen(function*() {
      const { unwatch, watch } = yield* WatcherDesk
      const ticket = yield* opened
      const ada = userIdOf("ada")
      const first = yield* watch(ticket.id, ada).pipe(as("ada"))
      assert.deepStrictEqual(yield* watch(ticket.number, ada).pipe(as("ada")), first)
      assert.deepStrictEqual(yield* watching(ticket), [ada])
      yield* unwatch(ticket.id, ada).pipe(as("ada"))
      yield* unwatch(ticket.id, ada).pipe(as("ada"))
      assert.deepStrictEqual(yield* watching(ticket), [])
      assert.deepStrictEqual(yield* trail(ticket), {
        audited: ["ticket.watcher_added", "ticket.watcher_removed"],
        told: [
          { type: "ticket.updated", seq: 2, payload: { before: { watcherId: null }, after: { watcherId: ada } } },
          { type: "ticket.updated", seq: 3, payload: { before: { watcherId: ada }, after: { watcherId: null } } }
        ]
      })
    }))

  it.effect("is brought in and let go by whoever may assign the ticket", () =>
    Effect.gen(function*() {
      const { unwatch, watch } = yield* WatcherDesk
      const ticket = yield* opened
      for (const person of ["amir", "carla", "alex"] as const) yield* watch(ticket.id, userIdOf(person)).pipe(as("ada"))
      assert.deepStrictEqual(yield* watching(ticket), [userIdOf("alex"), userIdOf("amir"), userIdOf("carla")])
      yield* unwatch(ticket.id, userIdOf("carla")).pipe(as("ada"))
      assert.deepStrictEqual(yield* watching(ticket), [userIdOf("alex"), userIdOf("amir")])
    }))

  it.effect("must be able to see the ticket, and be somebody", () =>
    Effect.gen(function*() {
      const ticket = yield* opened
      assert.strictEqual(yield* refusedTo("ada", ticket, "nora"), "validation-failed")
      assert.strictEqual(yield* refusedTo("ada", ticket, "chris"), "validation-failed")
      assert.strictEqual(yield* refusedTo("ada", ticket, "dora"), "validation-failed")
      assert.strictEqual(yield* refusedTo("carla", ticket, "ada"), "forbidden")
      assert.strictEqual(yield* refusedTo("nora", ticket, "nora"), "not-found")
      assert.deepStrictEqual(yield* watching(ticket), [])
      assert.deepStrictEqual(yield* trail(ticket), { audited: [], told: [] })
    }))

  it.effect("can be let go when they do not see it any more", () =>
    Effect.gen(function*() {
      const { unwatch, watch } = yield* WatcherDesk
      const sql = yield* SqlClient.SqlClient
      const ticket = yield* opened
      yield* watch(ticket.id, userIdOf("amir")).pipe(as("amir"))
      yield* sql`update users set active = false where id = ${userIdOf("amir")}`
      yield* unwatch(ticket.id, userIdOf("amir")).pipe(as("ada"))
      yield* sql`update users set active = true where id = ${userIdOf("amir")}`
      assert.deepStrictEqual(yield* watching(ticket), [])
    }))

  it.effect("is one of at most a hundred", () =>
    Effect.gen(function*() {
      const { watch } = yield* WatcherDesk
      const ticket = yield* opened
      yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`
          with crowd as (
            insert into users (id, email, name, created_at, updated_at)
            select ('0198c7a2-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, i || '@crowd.local', 'One of many', now(), now()
            from generate_series(100001, 100100) i
            returning id
          )
          insert into ticket_watchers (ticket_id, user_id, since) select ${ticket.id}::uuid, id, now() from crowd`
      }))
      assert.strictEqual(yield* refusedTo("ada", ticket, "ada"), "validation-failed")
      const { unwatch } = yield* WatcherDesk
      const [somebody] = yield* watching(ticket)
      assert(somebody !== undefined)
      yield* unwatch(ticket.id, somebody).pipe(as("ada"))
      yield* watch(ticket.id, userIdOf("ada")).pipe(as("ada"))
    }))

  it.effect("who come at once and say the same are one", () =>
    Effect.gen(function*() {
      const { watch } = yield* WatcherDesk
      const ticket = yield* opened
      const all = yield* Effect.all(
        Array.from({ length: 10 }, () => watch(ticket.id, userIdOf("ada")).pipe(as("ada"))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(all.map(({ since }) => since.epochMilliseconds)).size, 1)
      assert.strictEqual((yield* trail(ticket)).told.length, 1)
    }))
})

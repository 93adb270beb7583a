import { assert, layer } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import { grantsOf } from "@opsdesk/access/Actor"
import type { Permission, Scope } from "@opsdesk/access/Permission"
import { MessageId, TicketId } from "@opsdesk/kernel/Ids"
import { actorOf, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket, opening } from "@opsdesk/testkit/aTicket"
import { personNames } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { written } from "@opsdesk/testkit/written"
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import type { Ticket } from "../src/Ticket.ts"
import { TicketListStore } from "../src/TicketListStore.ts"
import { orderOf } from "../src/TicketOrder.ts"
import { reaches } from "../src/TicketPolicy.ts"
import { TicketStore } from "../src/TicketStore.ts"

const teams = [teamIdOf("Support"), teamIdOf("Network")]
const asked = ["ticket:read", "message:read", "message:read_internal"] as const satisfies ReadonlyArray<Permission>

/** Somebody with any part of the scopes, in any teams; what they may change says nothing about what they may see. */
const someActor: fc.Arbitrary<Actor> = fc.record({
  person: fc.constantFrom(...personNames),
  teamIds: fc.subarray(teams),
  scopes: fc.array(fc.subarray<Scope>(["own", "team", "any"]), { minLength: 3, maxLength: 3 })
}).map(({ person, scopes, teamIds }) => ({
  ...actorOf(person),
  teamIds: new Set(teamIds),
  grants: grantsOf([
    { permission: "ticket:update", scope: "any" },
    ...asked.flatMap((permission, at) => (scopes[at] ?? []).map((scope) => ({ permission, scope })))
  ])
}))

/** One ticket for each way to be somebody's, with "zebra" in a public message on it and "okapi" in an internal note. */
const someOfEach = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const store = yield* TicketStore
  const random = yield* SecureRandom.SecureRandom
  const tickets: Array<Ticket> = []
  for (const requester of ["ada", "nora", "carla", "chris"] as const) {
    for (const assignee of [null, "ada", "amir", "nora"] as const) {
      for (const teamId of [null, ...teams]) {
        const ticket = yield* written(store.insert(
          aTicket({
            id: TicketId.make(yield* random.uuidV7()),
            requesterId: userIdOf(requester),
            assigneeId: assignee === null ? null : userIdOf(assignee),
            teamId
          }),
          opening(yield* random.uuidV7())
        ))
        for (const [seq, word, visibility] of [[2, "zebra", "public"], [3, "okapi", "internal"]] as const) {
          yield* sql`
            insert into messages (id, ticket_id, seq, author_id, body, visibility, created_at)
            values (${MessageId.make(yield* random.uuidV7())}, ${ticket.id}, ${seq}, ${userIdOf("ada")}, ${word},
              ${visibility}, now())`
        }
        tickets.push(ticket)
      }
    }
  }
  return tickets
})

const Stores = Layer.mergeAll(TicketStore.layer, TicketListStore.layer).pipe(Layer.provideMerge(TestStack("peopled")))

layer(Stores, { excludeTestServices: true })("what SQL lets somebody see", (it) => {
  it.effect("is what the policy says, for anybody and any ticket", () =>
    Effect.gen(function*() {
      const store = yield* TicketStore
      const lists = yield* TicketListStore
      const tickets = yield* someOfEach
      const order = orderOf([{ field: "number", descending: false }])
      const run = Effect.runPromiseWith(yield* Effect.context())
      const numbers = (found: ReadonlyArray<{ readonly number: number }>) => found.map(({ number }) => number)

      const agree = Effect.fnUntraced(function*(actor: Actor, ticket: Ticket) {
        const seen = tickets.filter((one) => reaches(actor, "ticket:read", one))
        assert.deepStrictEqual(numbers(yield* lists.page(actor, {}, order, null, 100)), numbers(seen))
        assert.strictEqual(yield* lists.count(actor, {}, 100), seen.length)

        const mine = numbers(seen.filter(({ id }) => id === ticket.id))
        for (const ref of [ticket.id, ticket.number]) {
          assert.deepStrictEqual(numbers(yield* store.find(actor, ref)), mine)
          assert.deepStrictEqual(numbers(yield* store.lock(actor, ref)), mine)
        }

        for (const [q, permission] of [["zebra", "message:read"], ["okapi", "message:read_internal"]] as const) {
          const found = numbers(seen.filter((one) => reaches(actor, permission, one)))
          assert.deepStrictEqual(numbers(yield* lists.page(actor, { q }, order, null, 100)), found)
          assert.strictEqual(yield* lists.count(actor, { q }, 100), found.length)
        }
      })

      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(someActor, fc.constantFrom(...tickets), (actor, ticket) => run(agree(actor, ticket))),
          { numRuns: 150 }
        )
      )
    }))
})

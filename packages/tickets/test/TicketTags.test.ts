import { assert, describe, it } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import { grantsOf } from "@opsdesk/access/Actor"
import { actorOf, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { personNames } from "@opsdesk/testkit/people"
import * as fc from "fast-check"
import type { TicketFilter } from "../src/TicketFilter.ts"
import { newestFirst } from "../src/TicketFilter.ts"
import { reaches } from "../src/TicketPolicy.ts"
import type { Place } from "../src/TicketTags.ts"
import { listKey, listTags, sightOf, ticketTags, touchedTags } from "../src/TicketTags.ts"

/** Few, so that they meet often. */
const few = ["ada", "carla", "nora"] as const
const users = few.map(userIdOf)
const teams = [teamIdOf("Support"), teamIdOf("Network")]
const statuses = ["open", "in_progress", "waiting", "resolved", "closed"] as const
const ticket = { id: "one", number: 7 }

const places: fc.Arbitrary<Place> = fc.record({
  requesterId: fc.constantFrom(...users),
  assigneeId: fc.constantFrom(null, ...users),
  teamId: fc.constantFrom(null, ...teams),
  status: fc.constantFrom(...statuses)
})

const actors: fc.Arbitrary<Actor> = fc.record({
  person: fc.constantFrom(...few),
  scopes: fc.subarray(["own", "team", "any"] as const),
  teamIds: fc.subarray(teams)
}).map(({ person, scopes, teamIds }) => ({
  ...actorOf(person),
  teamIds: new Set(teamIds),
  grants: grantsOf(scopes.map((scope) => ({ permission: "ticket:read", scope })))
}))

const filters: fc.Arbitrary<TicketFilter> = fc.record({
  status: fc.subarray([...statuses], { minLength: 1 }),
  assignee: fc.constantFrom("me" as const, "none" as const, ...users),
  requester: fc.constantFrom("me" as const, ...users),
  team: fc.constantFrom("none" as const, ...teams),
  priority: fc.subarray(["low", "high"] as const, { minLength: 1 })
}, { requiredKeys: [] })

/** Whether a ticket of any priority may stand in a list: `TicketListStore`, said once more. */
const mayStand = (actor: Actor, filter: TicketFilter, place: Place): boolean => {
  const self = (who: string) => who === "me" ? actor.userId : who
  return reaches(actor, "ticket:read", place) &&
    (filter.status === undefined || filter.status.some((status) => status === place.status)) &&
    (filter.assignee === undefined || self(filter.assignee) === (place.assigneeId ?? "none")) &&
    (filter.requester === undefined || self(filter.requester) === place.requesterId) &&
    (filter.team === undefined || filter.team === (place.teamId ?? "none"))
}

const touches = (actor: Actor, filter: TicketFilter, ...where: ReadonlyArray<Place>) => {
  const touched = new Set(touchedTags(ticket, where))
  return listTags(actor, filter).some((tag) => touched.has(tag))
}

describe("what a ticket's change touches", () => {
  it("is every list in which it stood or stands, whoever reads it", () => {
    let stood = 0
    fc.assert(
      fc.property(actors, filters, places, places, (actor, filter, before, after) => {
        if (!mayStand(actor, filter, before) && !mayStand(actor, filter, after)) return
        stood++
        assert.isTrue(touches(actor, filter, before, after))
      }),
      { numRuns: 6000 }
    )
    assert.isAbove(stood, 150)
  })

  it("is not a list of other people's tickets, of another team's or in another status", () => {
    const place: Place = {
      requesterId: userIdOf("carla"),
      assigneeId: userIdOf("ada"),
      teamId: teamIdOf("Support"),
      status: "open"
    }
    const spared: ReadonlyArray<[Actor, TicketFilter]> = [
      [actorOf("amir"), { assignee: "me" }],
      [actorOf("chris"), {}],
      [actorOf("chris"), { status: ["open", "waiting"] }],
      [actorOf("nora"), {}],
      [actorOf("alex"), { status: ["waiting", "closed"] }],
      [actorOf("alex"), { team: teamIdOf("Network"), status: ["open"] }],
      [actorOf("ada"), { assignee: "me", status: ["in_progress"] }]
    ]
    for (const [actor, filter] of spared) assert.isFalse(touches(actor, filter, place), JSON.stringify(filter))
  })

  it("is the ticket, by its id and by its number", () => {
    const touched = touchedTags(ticket, [])
    assert.deepStrictEqual(touched, ["ticket one", ...ticketTags(7)])
  })
})

describe("what tells lists apart", () => {
  it("is who reads them, and all that they may see", () => {
    const seen = new Map<string, string>()
    fc.assert(fc.property(actors, filters, (actor, filter) => {
      const key = listKey(actor, filter, newestFirst, 20)
      const who = `${actor.userId} ${sightOf(actor)}`
      assert.strictEqual(seen.get(key) ?? who, who)
      seen.set(key, who)
    }))
    const keys = personNames.map((person) => listKey(actorOf(person), {}, undefined, 20))
    assert.strictEqual(new Set(keys).size, personNames.length)
  })

  it("is not the order of the words, nor what goes without saying", () => {
    const ada = actorOf("ada")
    assert.strictEqual(
      listKey(ada, { status: ["open", "waiting"] }, newestFirst, 20),
      listKey(ada, { status: ["waiting", "open", "open"] }, undefined, 20)
    )
    const others: ReadonlyArray<string> = [
      listKey(ada, { status: ["open"] }, undefined, 20),
      listKey(ada, { priority: ["high"] }, undefined, 20),
      listKey(ada, { type: ["incident"] }, undefined, 20),
      listKey(ada, { assignee: "me" }, undefined, 20),
      listKey(ada, { requester: "me" }, undefined, 20),
      listKey(ada, { team: "none" }, undefined, 20),
      listKey(ada, {}, [{ field: "number", descending: true }], 20),
      listKey(ada, {}, [{ field: "number", descending: false }], 20),
      listKey(ada, {}, undefined, 21)
    ]
    assert.strictEqual(new Set(others).size, others.length)
  })
})

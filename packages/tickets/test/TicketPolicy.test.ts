import { assert, describe, it } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import { grantsOf } from "@opsdesk/access/Actor"
import type { Scope } from "@opsdesk/access/Permission"
import { actorOf, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { Effect } from "effect"
import type { TicketStatus } from "../src/Ticket.ts"
import type { Whose } from "../src/TicketPolicy.ts"
import { mayOpenForOthers, permissionToMove, permitOn, reaches } from "../src/TicketPolicy.ts"

/** Ada of Support, with `ticket:read` in some scopes and nothing else. */
const ada = (...scopes: ReadonlyArray<Scope>): Actor => ({
  ...actorOf("ada"),
  grants: grantsOf(scopes.map((scope) => ({ permission: "ticket:read", scope })))
})

const theirs: Whose = { requesterId: userIdOf("carla"), assigneeId: null, teamId: teamIdOf("Network") }

describe("how far a grant reaches", () => {
  it.each<[string, Partial<Whose>, { own: boolean; team: boolean }]>([
    ["what she has requested herself, for another team", { requesterId: userIdOf("ada") }, { own: true, team: false }],
    ["what she has requested herself, for her team", { requesterId: userIdOf("ada"), teamId: teamIdOf("Support") }, {
      own: true,
      team: true
    }],
    ["what her team has", { teamId: teamIdOf("Support") }, { own: false, team: true }],
    ["what her team has and a colleague works on", { teamId: teamIdOf("Support"), assigneeId: userIdOf("amir") }, {
      own: false,
      team: true
    }],
    ["what another team has", {}, { own: false, team: false }],
    ["what another team has and somebody there works on", { assigneeId: userIdOf("nora") }, {
      own: false,
      team: false
    }],
    ["what another team has but she works on", { assigneeId: userIdOf("ada") }, { own: false, team: true }],
    ["what no team has", { teamId: null }, { own: false, team: true }],
    ["what no team has but somebody works on", { teamId: null, assigneeId: userIdOf("nora") }, {
      own: false,
      team: true
    }]
  ])("%s", (_, but, { own, team }) => {
    const ticket = { ...theirs, ...but }
    const reached = (...scopes: ReadonlyArray<Scope>) => reaches(ada(...scopes), "ticket:read", ticket)
    assert.deepStrictEqual(
      [reached(), reached("own"), reached("team"), reached("own", "team"), reached("any"), reached("own", "any")],
      [false, own, team, own || team, true, true]
    )
    assert.isFalse(
      reaches(ada("own", "team", "any"), "ticket:update", ticket),
      "a grant reached for another permission"
    )
  })

  it("an agent of no team reaches what no team has, and nothing of any team", () => {
    const nomad = { ...ada("team"), teamIds: new Set<never>() }
    assert.isTrue(reaches(nomad, "ticket:read", { ...theirs, teamId: null }))
    assert.isFalse(reaches(nomad, "ticket:read", theirs))
  })

  it.effect("whoever is not reached hears which permission is missing", () =>
    Effect.gen(function*() {
      yield* permitOn(actorOf("ada"), "ticket:assign", { ...theirs, teamId: teamIdOf("Support") })
      const problem = yield* Effect.flip(permitOn(actorOf("carla"), "ticket:assign", theirs))
      assert.deepStrictEqual([problem.status, problem.permission], [403, "ticket:assign"])
    }))
})

describe("what a move needs", () => {
  const statuses: ReadonlyArray<TicketStatus> = ["open", "in_progress", "waiting", "resolved", "closed"]

  it.each(statuses)(
    "closing from %s can be granted by itself",
    (from) => assert.strictEqual(permissionToMove(from, "closed"), "ticket:close")
  )

  it.each<[TicketStatus, string]>([
    ["open", "ticket:update"],
    ["in_progress", "ticket:update"],
    ["waiting", "ticket:update"],
    ["resolved", "ticket:reopen"],
    ["closed", "ticket:reopen"]
  ])("opening from %s needs %s", (from, permission) => assert.strictEqual(permissionToMove(from, "open"), permission))

  it.each(statuses)("every other move from %s is work on the ticket", (from) =>
    assert.deepStrictEqual(
      (["in_progress", "waiting", "resolved"] as const).map((to) => permissionToMove(from, to)),
      ["ticket:update", "ticket:update", "ticket:update"]
    ))
})

describe("opening a ticket for somebody else", () => {
  it.each([["alex", true], ["ada", true], ["nora", true], ["carla", false]] as const)(
    "%s: %s",
    (person, may) => assert.strictEqual(mayOpenForOthers(actorOf(person)), may)
  )
})

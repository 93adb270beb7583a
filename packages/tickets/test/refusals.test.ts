import { assert, describe, it } from "@effect/vitest"
import { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import type { Person } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { Effect } from "effect"
import type { NewTicket, Ticket } from "../src/Ticket.ts"
import { TicketDesk } from "../src/TicketDesk.ts"
import type { Command } from "./aShelf.ts"
import { aShelf } from "./aShelf.ts"

const { id } = aTicket()
const unknown = "0198c7a2-0000-7000-8000-0000000000ff"
const noSound: NewTicket = { title: "No sound", description: "…", type: "incident", priority: "normal" }

const notFound = { _tag: "TicketNotFound", status: 404, code: "not-found" }
const forbidden = (permission: string) => ({ _tag: "Forbidden", status: 403, code: "forbidden", permission })
const invalid = (pointer: string) => ({ _tag: "ValidationFailed", status: 400, pointer })
const cannotMove = (from: string, to: string) => ({
  _tag: "TicketCannotMove",
  code: "illegal-status-transition",
  from,
  to
})
const claimed = (assigneeId: string) => ({ _tag: "TicketAlreadyClaimed", code: "ticket-already-claimed", assigneeId })

const refusals: ReadonlyArray<[string, Person, Partial<Ticket>, Command, Record<string, unknown>]> = [
  ["nobody can change what is not there", "alex", {}, (desk) => desk.edit(TicketId.make(unknown), {}), notFound],
  ["a stranger hears that there is no such ticket", "chris", {}, (desk) => desk.edit(id, { title: "Mine" }), notFound],
  ["a stranger cannot close it", "chris", {}, (desk) => desk.changeStatus(id, { status: "closed" }), notFound],
  ["a stranger cannot have it", "chris", {}, (desk) => desk.assign(id, userIdOf("chris")), notFound],
  ["a stranger cannot find it by its number", "chris", {}, (desk) => desk.claim(1), notFound],
  [
    "an agent of another team hears the same",
    "nora",
    { teamId: teamIdOf("Support") },
    (desk) => desk.claim(id),
    notFound
  ],

  [
    "a customer cannot change her ticket",
    "carla",
    {},
    (desk) => desk.edit(id, { priority: "urgent" }),
    forbidden("ticket:update")
  ],
  ["not even by nothing", "carla", {}, (desk) => desk.edit(id, {}), forbidden("ticket:update")],
  [
    "a customer cannot work on it",
    "carla",
    {},
    (desk) => desk.changeStatus(id, { status: "in_progress" }),
    forbidden("ticket:update")
  ],
  [
    "a customer cannot resolve it",
    "carla",
    {},
    (desk) => desk.changeStatus(id, { status: "resolved" }),
    forbidden("ticket:update")
  ],
  ["a customer cannot take it", "carla", {}, (desk) => desk.claim(id), forbidden("ticket:assign")],
  [
    "a customer cannot give it away",
    "carla",
    {},
    (desk) => desk.assign(id, userIdOf("ada")),
    forbidden("ticket:assign")
  ],
  [
    "a customer cannot even give back what nobody has",
    "carla",
    {},
    (desk) => desk.assign(id, null),
    forbidden("ticket:assign")
  ],
  [
    "a customer cannot ask for somebody else",
    "carla",
    {},
    (desk) => desk.open({ ...noSound, requesterId: userIdOf("chris") }),
    forbidden("ticket:create")
  ],

  [
    "nobody closes what is closed",
    "alex",
    { status: "closed" },
    (desk) => desk.changeStatus(id, { status: "closed" }),
    cannotMove("closed", "closed")
  ],
  [
    "nobody resolves what is closed",
    "alex",
    { status: "closed" },
    (desk) => desk.changeStatus(id, { status: "resolved" }),
    cannotMove("closed", "resolved")
  ],
  [
    "nobody works on what is resolved",
    "alex",
    { status: "resolved" },
    (desk) => desk.changeStatus(id, { status: "in_progress" }),
    cannotMove("resolved", "in_progress")
  ],
  [
    "nobody opens what is open",
    "alex",
    {},
    (desk) => desk.changeStatus(id, { status: "open" }),
    cannotMove("open", "open")
  ],

  [
    "an agent cannot claim what a colleague has",
    "ada",
    { assigneeId: userIdOf("amir") },
    (desk) => desk.claim(id),
    claimed(userIdOf("amir"))
  ],
  [
    "not even what a colleague has who left",
    "ada",
    { assigneeId: userIdOf("dora") },
    (desk) => desk.claim(id),
    claimed(userIdOf("dora"))
  ],

  ["a customer is no assignee", "ada", {}, (desk) => desk.assign(id, userIdOf("carla")), invalid("/assigneeId")],
  ["who has left is no assignee", "ada", {}, (desk) => desk.assign(id, userIdOf("dora")), invalid("/assigneeId")],
  ["nobody is no assignee", "ada", {}, (desk) => desk.assign(id, UserId.make(unknown)), invalid("/assigneeId")],
  [
    "an unknown team gets no ticket",
    "ada",
    {},
    (desk) => desk.edit(id, { teamId: TeamId.make(unknown) }),
    invalid("/teamId")
  ],
  [
    "and no new one",
    "carla",
    {},
    (desk) => desk.open({ ...noSound, teamId: TeamId.make(unknown) }),
    invalid("/teamId")
  ],
  [
    "who has left asks for nothing",
    "ada",
    {},
    (desk) => desk.open({ ...noSound, requesterId: userIdOf("dora") }),
    invalid("/requesterId")
  ],
  [
    "nobody asks for nothing",
    "ada",
    {},
    (desk) => desk.open({ ...noSound, requesterId: UserId.make(unknown) }),
    invalid("/requesterId")
  ]
]

describe("a refused command", () => {
  for (const [says, who, ticket, command, expected] of refusals) {
    it.effect(`${says}, and nothing of it is kept`, () => {
      const { Desk, moves, saved } = aShelf(aTicket(ticket))
      return Effect.gen(function*() {
        const problem = yield* command(yield* TicketDesk).pipe(as(who), Effect.flip)
        const [fault] = problem._tag === "ValidationFailed" ? problem.errors : []
        assert.deepInclude({ ...problem, ...fault, _tag: problem._tag }, expected)
        const { recorded } = yield* RecordingJournal
        assert.deepStrictEqual([yield* recorded, moves, saved], [[], [], []])
      }).pipe(Effect.provide(Desk))
    })
  }
})

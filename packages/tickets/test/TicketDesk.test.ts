import { assert, describe, it } from "@effect/vitest"
import type { JournalEntry } from "@opsdesk/capabilities/Journal"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import type { Person } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { Effect, Schema } from "effect"
import type { NewTicket } from "../src/Ticket.ts"
import { Ticket } from "../src/Ticket.ts"
import { TicketDesk } from "../src/TicketDesk.ts"
import type { Command } from "./aShelf.ts"
import { aShelf } from "./aShelf.ts"

const { id } = aTicket()
const noSound: NewTicket = { title: "No sound", description: "…", type: "incident", priority: "normal" }

/** What becomes of one command on one ticket. */
const doing = Effect.fnUntraced(function*(ticket: Ticket, person: Person, command: Command) {
  const shelf = aShelf(ticket)
  return yield* Effect.gen(function*() {
    const answer = yield* command(yield* TicketDesk).pipe(as(person))
    const { recorded } = yield* RecordingJournal
    return { answer, entries: yield* recorded, moves: shelf.moves, saved: shelf.saved }
  }).pipe(Effect.provide(shelf.Desk))
})

describe("every command is written down once", () => {
  const json = (ticket: Ticket) => ({ ...Schema.encodeSync(Ticket.json)(ticket) })

  const commands: ReadonlyArray<{
    readonly says: string
    readonly who: Person
    readonly ticket?: Partial<Ticket>
    readonly command: Command
    readonly action: string
    readonly before: JournalEntry["before"]
    readonly after: JournalEntry["after"]
    readonly payload: NewEvent["payload"]
  }> = [
    {
      says: "an agent changes what differs, and only that is told",
      who: "ada",
      command: (desk) => desk.edit(id, { title: "No sound at all", priority: "normal", teamId: teamIdOf("Support") }),
      action: "ticket.updated",
      before: { title: "No sound", teamId: null },
      after: { title: "No sound at all", teamId: teamIdOf("Support") },
      payload: {
        before: { title: "No sound", teamId: null },
        after: { title: "No sound at all", teamId: teamIdOf("Support") }
      }
    },
    {
      says: "an agent moves a ticket, with a comment",
      who: "ada",
      command: (desk) => desk.changeStatus(id, { status: "waiting", comment: "For a new headset." }),
      action: "ticket.status_changed",
      before: { status: "open" },
      after: { status: "waiting", comment: "For a new headset." },
      payload: { from: "open", to: "waiting", comment: "For a new headset." }
    },
    {
      says: "a customer closes her own",
      who: "carla",
      command: (desk) => desk.changeStatus(1, { status: "closed" }),
      action: "ticket.status_changed",
      before: { status: "open" },
      after: { status: "closed", comment: null },
      payload: { from: "open", to: "closed", comment: null }
    },
    {
      says: "an agent gives a ticket to a colleague",
      who: "ada",
      ticket: { assigneeId: userIdOf("ada") },
      command: (desk) => desk.assign(id, userIdOf("amir")),
      action: "ticket.assigned",
      before: { assigneeId: userIdOf("ada") },
      after: { assigneeId: userIdOf("amir") },
      payload: { from: userIdOf("ada"), to: userIdOf("amir") }
    },
    {
      says: "an agent gives a ticket back",
      who: "amir",
      ticket: { assigneeId: userIdOf("ada") },
      command: (desk) => desk.assign(id, null),
      action: "ticket.assigned",
      before: { assigneeId: userIdOf("ada") },
      after: { assigneeId: null },
      payload: { from: userIdOf("ada"), to: null }
    },
    {
      says: "an agent claims what nobody has",
      who: "nora",
      command: (desk) => desk.claim(id),
      action: "ticket.assigned",
      before: { assigneeId: null },
      after: { assigneeId: userIdOf("nora") },
      payload: { from: null, to: userIdOf("nora") }
    }
  ]

  for (const { action, after, before, command, payload, says, ticket, who } of commands) {
    it.effect(says, () =>
      Effect.gen(function*() {
        const { answer, entries, moves, saved } = yield* doing(
          aTicket({ lastSeq: 7, version: 3, ...ticket }),
          who,
          command
        )
        assert.deepStrictEqual(saved, [answer])
        assert.deepStrictEqual([answer.version, answer.lastSeq], [4, 8])
        assert.deepStrictEqual(entries, [{
          at: answer.updatedAt,
          actorId: userIdOf(who),
          action,
          entity: { type: "ticket", id },
          before,
          after,
          events: [{ type: action, ticketId: id, seq: 8, audience: "public", payload }]
        }])
        assert.strictEqual(moves.length, action === "ticket.status_changed" ? 1 : 0)
      }))
  }

  it.effect("a customer opens a ticket: its first version, its first status and its first event", () =>
    Effect.gen(function*() {
      const { answer, entries, moves, saved } = yield* doing(aTicket(), "carla", (desk) => desk.open(noSound))
      assert.deepStrictEqual(saved, [answer])
      assert.deepInclude(answer, { number: 2, status: "open", requesterId: userIdOf("carla"), version: 1, lastSeq: 1 })
      assert.deepStrictEqual(moves, [{ from: null, to: "open", comment: null, seq: 1 }])
      assert.deepStrictEqual(entries, [{
        at: answer.createdAt,
        actorId: userIdOf("carla"),
        action: "ticket.created",
        entity: { type: "ticket", id: answer.id },
        before: null,
        after: json(answer),
        events: [{
          type: "ticket.created",
          ticketId: answer.id,
          seq: 1,
          audience: "public",
          payload: { ticket: json(answer) }
        }]
      }])
    }))

  it.effect("an agent opens one for a customer", () =>
    Effect.gen(function*() {
      const input = { ...noSound, requesterId: userIdOf("chris"), teamId: teamIdOf("Network") }
      const { answer, entries } = yield* doing(aTicket(), "ada", (desk) => desk.open(input))
      assert.deepInclude(answer, { requesterId: userIdOf("chris"), teamId: teamIdOf("Network") })
      assert.deepStrictEqual(entries.map(({ actorId }) => actorId), [userIdOf("ada")])
    }))
})

describe("a change that changes nothing leaves no trace", () => {
  const cases: ReadonlyArray<[string, Person, Partial<Ticket>, Command]> = [
    ["an empty change", "ada", {}, (desk) => desk.edit(id, {})],
    ["the same values", "ada", {}, (desk) =>
      desk.edit(id, {
        title: "No sound",
        description: "Since this morning.",
        type: "incident",
        priority: "normal",
        teamId: null
      })],
    ["the same assignee", "ada", { assigneeId: userIdOf("amir") }, (desk) => desk.assign(id, userIdOf("amir"))],
    [
      "the same assignee, who has left",
      "ada",
      { assigneeId: userIdOf("dora") },
      (desk) => desk.assign(id, userIdOf("dora"))
    ],
    ["nobody, once more", "ada", {}, (desk) => desk.assign(id, null)],
    ["a claim of what is one's own", "ada", { assigneeId: userIdOf("ada") }, (desk) => desk.claim(id)]
  ]

  for (const [says, who, ticket, command] of cases) {
    it.effect(says, () =>
      Effect.gen(function*() {
        const before = aTicket(ticket)
        const { answer, entries, moves, saved } = yield* doing(before, who, command)
        assert.deepStrictEqual(answer, before)
        assert.deepStrictEqual([entries, moves, saved], [[], [], []])
      }))
  }
})

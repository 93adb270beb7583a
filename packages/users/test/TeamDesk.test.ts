import { assert, describe, it } from "@effect/vitest"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { Effect } from "effect"
import type { Team } from "../src/Team.ts"
import { TeamDesk } from "../src/TeamDesk.ts"
import { ada, anOffice, support } from "./anOffice.ts"

const unknown = "0198c7a2-0000-7000-8000-0000000000ff"

type Desk = TeamDesk["Service"]
type Command = (
  desk: Desk
) => Effect.Effect<
  Team,
  Effect.Error<ReturnType<Desk["create" | "addMember"]>>,
  Effect.Services<ReturnType<Desk["create"]>>
>

const doing = Effect.fnUntraced(function*(person: Person, command: Command) {
  const { Desks, written } = anOffice()
  return yield* Effect.gen(function*() {
    const result = yield* Effect.result(command(yield* TeamDesk).pipe(as(person)))
    return { result, written, entries: yield* (yield* RecordingJournal).recorded }
  }).pipe(Effect.provide(Desks))
})

describe("an admin", () => {
  it.effect("makes a team, and it is written down once", () =>
    Effect.gen(function*() {
      const { entries, result, written } = yield* doing("alex", (desk) => desk.create({ name: "Night shift" }))
      const team = yield* Effect.fromResult(result)
      assert.deepInclude(team, { name: "Night shift", memberIds: [] })
      assert.deepStrictEqual(written, [["insert", "Night shift"]])
      assert.deepStrictEqual(
        entries.map((
          { action, actorId, after, before, entity, events }
        ) => [action, actorId, entity, before, after, events]),
        [[
          "team.created",
          userIdOf("alex"),
          { type: "team", id: team.id },
          null,
          { name: "Night shift" },
          [{
            type: "team.created",
            ticketId: null,
            seq: null,
            audience: "internal",
            payload: { teamId: team.id, name: "Night shift" }
          }]
        ]]
      )
    }))

  it.effect("takes somebody out of a team, and it is written down once", () =>
    Effect.gen(function*() {
      const { entries, result, written } = yield* doing("alex", (desk) => desk.removeMember(support.id, ada.id))
      assert.deepStrictEqual(yield* Effect.fromResult(result), { ...support, memberIds: [] })
      assert.deepStrictEqual(written, [["removeMember", support.id, ada.id], ["rights changed"], ["touch", ada.id]])
      assert.deepStrictEqual(
        entries.map((
          { action, after, before, entity, events }
        ) => [action, entity, before, after, events.map((one) => [one.type, one.payload])]),
        [[
          "team.member_removed",
          { type: "team", id: support.id },
          { memberIds: [ada.id] },
          { memberIds: [] },
          [["team.member_removed", { teamId: support.id, userId: ada.id }]]
        ]]
      )
    }))

  it.effect("who puts somebody where they are already leaves no trace", () =>
    Effect.gen(function*() {
      const { entries, result, written } = yield* doing("alex", (desk) => desk.addMember(support.id, ada.id))
      assert.deepStrictEqual(yield* Effect.fromResult(result), support)
      assert.deepStrictEqual([entries, written], [[], []])
    }))
})

describe("a refused command", () => {
  const refusals: ReadonlyArray<[string, Person, Command, Record<string, unknown>]> = [
    ["an agent makes no team", "ada", (desk) => desk.create({ name: "Mine" }), {
      _tag: "Forbidden",
      permission: "team:write"
    }],
    ["an agent leaves none", "ada", (desk) => desk.removeMember(support.id, ada.id), {
      _tag: "Forbidden",
      permission: "team:write"
    }],
    ["a customer joins none", "carla", (desk) => desk.addMember(support.id, userIdOf("carla")), {
      _tag: "Forbidden",
      permission: "team:write"
    }],
    ["nobody joins what is not there", "alex", (desk) => desk.addMember(TeamId.make(unknown), ada.id), {
      _tag: "TeamNotFound",
      status: 404
    }],
    ["nobody there joins nothing", "alex", (desk) => desk.addMember(support.id, UserId.make(unknown)), {
      _tag: "UserNotFound",
      status: 404
    }],
    ["nobody there leaves nothing", "alex", (desk) => desk.removeMember(teamIdOf("Network"), ada.id), {
      _tag: "TeamNotFound",
      status: 404
    }]
  ]

  for (const [says, who, command, expected] of refusals) {
    it.effect(`${says}, and nothing of it is kept`, () =>
      Effect.gen(function*() {
        const { entries, result, written } = yield* doing(who, command)
        const problem = yield* Effect.flip(Effect.fromResult(result))
        assert.deepInclude({ ...problem, _tag: problem._tag }, expected)
        assert.deepStrictEqual([entries, written], [[], []])
      }))
  }
})

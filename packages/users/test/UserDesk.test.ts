import { assert, describe, it } from "@effect/vitest"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { Effect } from "effect"
import { AccountDesk } from "../src/AccountDesk.ts"
import type { User } from "../src/User.ts"
import { UserDesk } from "../src/UserDesk.ts"
import { ada, anOffice } from "./anOffice.ts"

const unknown = "0198c7a2-0000-7000-8000-0000000000ff"
const carl = { email: "carl@test.local", name: "Carl", roles: ["customer"], teamIds: [] }
const recorded = { email: ada.email, name: ada.name, active: true, roles: ["agent"], teamIds: [teamIdOf("Support")] }

/** Both desks that deal with accounts, as one. */
type Desk = UserDesk["Service"] & AccountDesk["Service"]
type Command = (
  desk: Desk
) => Effect.Effect<
  User,
  Effect.Error<ReturnType<Desk["create" | "update" | "setRoles"]>>,
  Effect.Services<ReturnType<Desk["create"]>>
>

/** Runs a command, and tells what was written and what was recorded, whether it succeeded or not. */
const doing = Effect.fnUntraced(function*(person: Person, command: Command) {
  const { Desks, written } = anOffice()
  return yield* Effect.gen(function*() {
    const result = yield* Effect.result(command({ ...yield* UserDesk, ...yield* AccountDesk }).pipe(as(person)))
    return { result, written, entries: yield* (yield* RecordingJournal).recorded }
  }).pipe(Effect.provide(Desks))
})

const succeeding = Effect.fnUntraced(function*(command: Command) {
  const { entries, result, written } = yield* doing("alex", command)
  return { user: yield* Effect.fromResult(result), entries, written }
})

describe("an admin", () => {
  it.effect("makes an account: its password is kept as a hash, and neither is written down", () =>
    Effect.gen(function*() {
      const { entries, user, written } = yield* succeeding((desk) =>
        desk.create({
          ...carl,
          password: "carl may come in",
          roles: ["customer", "agent"],
          teamIds: [teamIdOf("Network"), teamIdOf("Support")]
        })
      )
      const teamIds = [teamIdOf("Support"), teamIdOf("Network")]
      assert.deepInclude(user, { email: "carl@test.local", active: true, roles: ["agent", "customer"], teamIds })
      assert.deepStrictEqual(written, [
        ["insert", "carl@test.local", "hash of carl may come in"],
        ["setRoles", user.id, ["agent", "customer"]],
        ["setTeams", user.id, teamIds]
      ])
      const after = { email: "carl@test.local", name: "Carl", active: true, roles: ["agent", "customer"], teamIds }
      assert.deepStrictEqual(entries, [{
        at: user.createdAt,
        actorId: userIdOf("alex"),
        action: "user.created",
        entity: { type: "user", id: user.id },
        before: null,
        after,
        events: [{
          type: "user.created",
          ticketId: null,
          seq: null,
          audience: "internal",
          payload: { userId: user.id, ...after }
        }]
      }])
    }))

  it.effect("makes an account without a password", () =>
    Effect.gen(function*() {
      const { written } = yield* succeeding((desk) => desk.create(carl))
      assert.deepStrictEqual(written[0], ["insert", "carl@test.local", null])
    }))

  it.effect("changes an account, and what it was stays on the record", () =>
    Effect.gen(function*() {
      const { entries, user, written } = yield* succeeding((desk) =>
        desk.update(ada.id, { name: "Ada L.", active: false, teamIds: [] })
      )
      assert.deepStrictEqual(written, [
        ["update", "ada@test.local", "Ada L.", false, null],
        ["setTeams", ada.id, []],
        ["endAllOf", ada.id, "deactivated"],
        ["rights changed"]
      ])
      const after = { ...recorded, name: "Ada L.", active: false, teamIds: [] }
      assert.deepStrictEqual(entries, [{
        at: user.updatedAt,
        actorId: userIdOf("alex"),
        action: "user.updated",
        entity: { type: "user", id: ada.id },
        before: recorded,
        after,
        events: [{
          type: "user.updated",
          ticketId: null,
          seq: null,
          audience: "internal",
          payload: { userId: ada.id, ...after }
        }]
      }])
    }))

  it.effect("sets a password: that it changed is written down, what it is is not", () =>
    Effect.gen(function*() {
      const { entries, written } = yield* succeeding((desk) => desk.update(ada.id, { password: "a new one" }))
      assert.deepStrictEqual(written, [
        ["update", "ada@test.local", "ada", true, "hash of a new one"],
        [
          "endAllOf",
          ada.id,
          "password-changed"
        ],
        ["revokeAllOf", ada.id, userIdOf("alex")],
        ["rights changed"]
      ])
      assert.deepStrictEqual(entries.map(({ after }) => after), [{ ...recorded, passwordChanged: true }])
      assert.notInclude(JSON.stringify(entries), "a new one")
    }))

  it.effect("says which roles somebody has", () =>
    Effect.gen(function*() {
      const { entries, user, written } = yield* succeeding((desk) =>
        desk.setRoles(ada.id, { roles: ["customer", "admin"] })
      )
      assert.deepStrictEqual(user.roles, ["admin", "customer"])
      assert.deepStrictEqual(written, [["setRoles", ada.id, ["admin", "customer"]], ["touch", ada.id], [
        "rights changed"
      ]])
      assert.deepStrictEqual(
        entries.map(({ action, after, before, events }) => ({
          action,
          after,
          before,
          payloads: events.map((one) => one.payload)
        })),
        [{
          action: "user.roles_changed",
          before: { roles: ["agent"] },
          after: { roles: ["admin", "customer"] },
          payloads: [{ userId: ada.id, from: ["agent"], to: ["admin", "customer"] }]
        }]
      )
    }))
})

describe("a change that changes nothing leaves no trace", () => {
  const cases: ReadonlyArray<[string, Command]> = [
    ["an empty one", (desk) => desk.update(ada.id, {})],
    [
      "the same values",
      (desk) =>
        desk.update(ada.id, { name: "ada", email: "ada@test.local", active: true, teamIds: [teamIdOf("Support")] })
    ],
    ["the same roles", (desk) => desk.setRoles(ada.id, { roles: ["agent"] })]
  ]
  it.effect.each(cases)("%s", ([, command]) =>
    Effect.gen(function*() {
      const { entries, user, written } = yield* succeeding(command)
      assert.deepStrictEqual([user, entries, written], [ada, [], []])
    }))
})

describe("a refused command", () => {
  const forbidden = (permission: string) => ({ status: 403, code: "forbidden", permission })
  const invalid = (...pointers: ReadonlyArray<string>) => ({ status: 400, code: "validation-failed", pointers })
  const notFound = { status: 404, code: "not-found" }
  const taken = { status: 409, code: "email-taken" }

  const refusals: ReadonlyArray<[string, Person, Command, Record<string, unknown>]> = [
    ["an agent makes no accounts", "ada", (desk) => desk.create(carl), forbidden("user:write")],
    [
      "an agent changes none, not even their own",
      "ada",
      (desk) => desk.update(ada.id, { name: "A" }),
      forbidden("user:write")
    ],
    ["an agent gives no roles", "ada", (desk) => desk.setRoles(ada.id, { roles: ["admin"] }), forbidden("role:write")],
    ["a customer makes no accounts", "carla", (desk) => desk.create(carl), forbidden("user:write")],
    [
      "a customer hears nothing of who is there",
      "carla",
      (desk) => desk.update(UserId.make(unknown), {}),
      forbidden("user:write")
    ],
    ["nobody there is changed by nobody", "alex", (desk) => desk.update(UserId.make(unknown), { name: "A" }), notFound],
    ["nobody there has roles", "alex", (desk) => desk.setRoles(UserId.make(unknown), { roles: [] }), notFound],
    [
      "each unknown role is pointed at",
      "alex",
      (desk) => desk.create({ ...carl, roles: ["boss", "agent", "king"] }),
      invalid("/roles/0", "/roles/2")
    ],
    [
      "each unknown role is pointed at, later too",
      "alex",
      (desk) => desk.setRoles(ada.id, { roles: ["agent", "boss"] }),
      invalid("/roles/1")
    ],
    [
      "an unknown team is pointed at",
      "alex",
      (desk) => desk.create({ ...carl, teamIds: [teamIdOf("Support"), TeamId.make(unknown)] }),
      invalid("/teamIds/1")
    ],
    [
      "an unknown team is pointed at, later too",
      "alex",
      (desk) => desk.update(ada.id, { teamIds: [TeamId.make(unknown)] }),
      invalid("/teamIds/0")
    ],
    ["an address has one account", "alex", (desk) => desk.create({ ...carl, email: "ADA@test.local" }), taken],
    [
      "an address has one account, later too",
      "alex",
      (desk) => desk.update(ada.id, { email: "alex@test.local" }),
      taken
    ]
  ]

  for (const [says, who, command, expected] of refusals) {
    it.effect(`${says}, and nothing of it is kept`, () =>
      Effect.gen(function*() {
        const { entries, result, written } = yield* doing(who, command)
        const problem = yield* Effect.flip(Effect.fromResult(result))
        const faults = problem._tag === "ValidationFailed" ? problem.errors : []
        const pointers = faults.map((fault) => "pointer" in fault ? fault.pointer : fault.parameter)
        assert.deepInclude({ ...problem, pointers }, expected)
        assert.deepStrictEqual([entries, written], [[], []])
      }))
  }
})

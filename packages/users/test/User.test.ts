import { assert, describe, it } from "@effect/vitest"
import { teamIdOf } from "@opsdesk/testkit/actors"
import { Result, Schema } from "effect"
import { NewTeam } from "../src/Team.ts"
import { NewUser, RolesOfUser, User, UserChanges } from "../src/User.ts"
import { ada } from "./anOffice.ts"

const carl = { email: "carl@test.local", name: "Carl" }

const cases: ReadonlyArray<[string, Schema.Codec<unknown, unknown>, unknown, boolean]> = [
  ["an address and a name", NewUser, carl, true],
  ["no name", NewUser, { email: "carl@test.local" }, false],
  ["a blank name", NewUser, { ...carl, name: " " }, false],
  ["a name of 201", NewUser, { ...carl, name: "x".repeat(201) }, false],
  ["an address without @", NewUser, { ...carl, email: "carl" }, false],
  ["an address with two @", NewUser, { ...carl, email: "carl@test@local" }, false],
  ["an address with a blank", NewUser, { ...carl, email: "carl @test.local" }, false],
  ["an address with a line break", NewUser, { ...carl, email: "carl@test.local\nBcc:x" }, false],
  ["an address with U+0000", NewUser, { ...carl, email: "carl\0@test.local" }, false],
  ["an address of 321", NewUser, { ...carl, email: `${"x".repeat(310)}@test.local` }, false],
  ["a password of 8", NewUser, { ...carl, password: "12345678" }, true],
  ["a password of 7", NewUser, { ...carl, password: "1234567" }, false],
  ["a password of 128", NewUser, { ...carl, password: "😀".repeat(128) }, true],
  ["a password of 129", NewUser, { ...carl, password: "x".repeat(129) }, false],
  ["roles", NewUser, { ...carl, roles: ["agent", "customer"] }, true],
  ["a role twice", NewUser, { ...carl, roles: ["agent", "agent"] }, false],
  ["a role that cannot be", NewUser, { ...carl, roles: ["The Boss"] }, false],
  ["a team twice", NewUser, { ...carl, teamIds: [teamIdOf("Support"), teamIdOf("Support")] }, false],
  ["an id of one's own choice", NewUser, { ...carl, id: ada.id }, false],
  ["an account that is not active", NewUser, { ...carl, active: false }, false],
  ["no change", UserChanges, {}, true],
  ["roles in passing", UserChanges, { roles: ["admin"] }, false],
  ["no password any more", UserChanges, { password: null }, false],
  ["no roles at all", RolesOfUser, { roles: [] }, true],
  ["a role twice among roles", RolesOfUser, { roles: ["agent", "agent"] }, false],
  ["a team's name", NewTeam, { name: "Night shift" }, true],
  ["a team's name of 101", NewTeam, { name: "x".repeat(101) }, false],
  ["a team without a name", NewTeam, { name: " " }, false]
]

describe("what somebody sends of an account", () => {
  it.each(cases)("%s", (_, schema, input, accepted) =>
    assert.strictEqual(
      Result.isSuccess(Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(input)),
      accepted
    ))

  it("an account is a customer's, in no team, unless said otherwise", () =>
    assert.deepStrictEqual(Schema.decodeUnknownSync(NewUser)(carl), { ...carl, roles: ["customer"], teamIds: [] }))
})

describe("an account as JSON", () => {
  it("has the promised members and no secret", () =>
    assert.sameMembers(Object.keys(Schema.encodeSync(User.json)(ada)), [
      "id",
      "email",
      "name",
      "active",
      "roles",
      "teamIds",
      "createdAt",
      "updatedAt"
    ]))
})

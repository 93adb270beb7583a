import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import type { Permission, Scope } from "../src/Permission.ts"
import { permissionNames, permissions } from "../src/Permission.ts"
import { builtInRoles, RoleName } from "../src/Role.ts"

/** What every desk starts with: permission → the scope in which customer, agent and admin hold it. */
const promised: Record<Permission, readonly [customer: Scope | null, agent: Scope | null, admin: Scope | null]> = {
  "ticket:create": ["own", "team", "any"],
  "ticket:read": ["own", "team", "any"],
  "ticket:update": [null, "team", "any"],
  "ticket:assign": [null, "team", "any"],
  "ticket:close": ["own", "team", "any"],
  "ticket:reopen": ["own", "team", "any"],
  "message:read": ["own", "team", "any"],
  "message:send": ["own", "team", "any"],
  "message:read_internal": [null, "team", "any"],
  "message:send_internal": [null, "team", "any"],
  "user:read": [null, "any", "any"],
  "user:write": [null, null, "any"],
  "role:write": [null, null, "any"],
  "team:write": [null, null, "any"],
  "audit:read": [null, null, "any"],
  "report:read": [null, "any", "any"],
  "operations:manage": [null, null, "any"]
}

const scopesIn = (role: string, permission: Permission) =>
  builtInRoles.filter(({ name }) => name === role)
    .flatMap(({ permissions }) => permissions)
    .filter((grant) => grant.permission === permission)
    .map(({ scope }) => scope)

describe("the roles that every desk starts with", () => {
  it("are three", () => assert.deepStrictEqual(builtInRoles.map(({ name }) => name), ["customer", "agent", "admin"]))

  it("nobody can add a permission without saying here who holds it", () =>
    assert.sameMembers([...permissionNames], Object.keys(promised)))

  it.each(permissionNames)("%s", (permission) => {
    assert.deepStrictEqual(
      ["customer", "agent", "admin"].map((role) => scopesIn(role, permission)),
      promised[permission].map((scope) => scope === null ? [] : [scope])
    )
    assert.isNotEmpty(permissions[permission])
  })
})

describe("a role's name", () => {
  it.each([
    ["agent", true],
    ["second-line_2", true],
    ["a".repeat(40), true],
    ["a".repeat(41), false],
    ["", false],
    ["Agent", false],
    ["2nd", false],
    ["-agent", false],
    ["field agent", false],
    ["agent\n", false]
  ])(
    "%j: %s",
    (name, accepted) => assert.strictEqual(Result.isSuccess(Schema.decodeUnknownResult(RoleName)(name)), accepted)
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { vouchedIn } from "../src/claims.ts"
import { optionsFor } from "./fixtures.ts"

const issuer = "https://id.example"
const standing = { iss: issuer, sub: "s-1", iat: 1_800_000_000 }

const rolesIn = (rolesClaim: string, claims: Record<string, unknown>) =>
  Option.map(vouchedIn({ ...standing, ...claims }, { ...optionsFor(issuer), rolesClaim }), ({ roles }) => roles)

const personIn = (claims: Record<string, unknown>) =>
  Option.getOrNull(
    Option.map(vouchedIn({ ...standing, ...claims }, optionsFor(issuer)), ({ email, name }) => [name, email])
  )

describe("what a provider says of somebody", () => {
  it.each<[string, string, Record<string, unknown>, ReadonlyArray<string> | null]>([
    ["a list under a name", "roles", { roles: ["agent", "admin"] }, ["agent", "admin"]],
    ["one role as text", "role", { role: "agent" }, ["agent"]],
    ["Keycloak's place", "realm_access.roles", { realm_access: { roles: ["agent"] } }, ["agent"]],
    [
      "a client's place at Keycloak",
      "resource_access.desk.roles",
      { resource_access: { desk: { roles: ["agent"] } } },
      ["agent"]
    ],
    ["a name that is an address", "https://desk.example/roles", { "https://desk.example/roles": ["agent"] }, ["agent"]],
    ["a list of none", "roles", { roles: [] }, []],
    ["null", "roles", { roles: null }, []],
    ["something else", "roles", { roles: { agent: true } }, []],
    ["a list of other things", "roles", { roles: ["agent", 7] }, []],
    ["more than anybody has", "roles", { roles: Array.from({ length: 501 }, (_, at) => `role-${at}`) }, []],
    ["nothing: none are said", "roles", {}, null],
    ["another place: none are said", "realm.roles", { realm: {} }, null],
    ["something where a way should go on: none are said", "a.b.c", { a: { b: "agent" } }, null],
    ["what every object has: none are said", "constructor.name", {}, null],
    ["what every object inherits: none are said", "__proto__", {}, null]
  ])("gives roles out of %s", (_title, path, claims, roles) => {
    assert.deepStrictEqual(rolesIn(path, claims), Option.some(roles))
  })

  it.each<[Record<string, unknown>, ReadonlyArray<string | null>]>([
    [{ name: "Ada", email: "ada@far.test" }, ["Ada", "ada@far.test"]],
    [{ name: "  Ada  Brandt " }, ["Ada  Brandt", null]],
    [{ name: "", preferred_username: "ada" }, ["ada", null]],
    [{ name: " ", preferred_username: 7 }, [null, null]],
    [{ name: "🦉".repeat(300) }, ["🦉".repeat(200), null]],
    [{ name: "A\0da" }, [null, null]],
    [{ name: "A\ud800" }, [null, null]],
    [{ email: "ada@far.test", email_verified: false }, [null, null]],
    [{ email: "ada@far.test", email_verified: true }, [null, "ada@far.test"]],
    [{ email: "ada" }, [null, null]],
    [{ email: "a b@far.test" }, [null, null]],
    [{ email: `${"x".repeat(320)}@far.test` }, [null, null]],
    [{ email: ["ada@far.test"] }, [null, null]]
  ])("gives a name and an address that an account can hold: %j", (claims, person) => {
    assert.deepStrictEqual(personIn(claims), person)
  })

  it.each([{ sub: 7 }, { sub: "" }, { iat: "now" }, { iat: -1 }, { iat: 1e300 }, { iat: null }])(
    "is nothing without a subject and an instant: %j",
    (claims) => {
      assert.deepStrictEqual(vouchedIn({ ...standing, ...claims }, optionsFor(issuer)), Option.none())
    }
  )
})

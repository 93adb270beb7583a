import { assert, describe, it } from "@effect/vitest"
import { builtInRoles } from "@opsdesk/access/Role"
import { Settings } from "@opsdesk/stack/Settings"
import { ConfigProvider, Effect, Schema } from "effect"
import { readFileSync } from "node:fs"

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")

const Realm = Schema.fromJsonString(Schema.Struct({
  realm: Schema.String,
  registrationAllowed: Schema.Boolean,
  roles: Schema.Struct({ realm: Schema.Array(Schema.Struct({ name: Schema.String })) }),
  clients: Schema.NonEmptyArray(Schema.Struct({
    clientId: Schema.String,
    publicClient: Schema.Boolean,
    standardFlowEnabled: Schema.Boolean,
    implicitFlowEnabled: Schema.Boolean,
    directAccessGrantsEnabled: Schema.Boolean,
    serviceAccountsEnabled: Schema.Boolean,
    redirectUris: Schema.Array(Schema.String),
    defaultClientScopes: Schema.Array(Schema.String),
    attributes: Schema.Record(Schema.String, Schema.String),
    protocolMappers: Schema.Array(Schema.Struct({
      protocolMapper: Schema.String,
      config: Schema.Record(Schema.String, Schema.String)
    }))
  })),
  users: Schema.Array(Schema.Struct({
    username: Schema.String,
    emailVerified: Schema.Boolean,
    realmRoles: Schema.Array(Schema.String),
    credentials: Schema.Array(Schema.Struct({ value: Schema.String }))
  }))
}))

const realm = Schema.decodeUnknownSync(Realm)(read("docker/keycloak/opsdesk-realm.json"))
const [client] = realm.clients

/** The desk as docs/oidc.md says that it is told of this realm. */
const told = Effect.gen(function*() {
  const [, block = ""] =
    /A test holds these lines against the realm. -->\n```sh\n([\s\S]*?)```/.exec(read("docs/oidc.md")) ?? []
  const variables = Object.fromEntries(block.trim().split("\n").map((line) => line.split("=", 2)))
  const { oidc } = yield* Effect.provide(
    Settings.make,
    ConfigProvider.layer(ConfigProvider.fromEnvRecord(variables))
  )
  return yield* Effect.fromOption(oidc)
})

describe("the realm for Keycloak", () => {
  it.effect("fits what the documents tell the desk of it", () =>
    Effect.gen(function*() {
      const { audience, clientId, issuer, redirectUri, rolesClaim } = yield* told
      assert.strictEqual(realm.clients.length, 1)
      assert.strictEqual(client.clientId, clientId)
      assert.include(client.redirectUris, redirectUri)
      assert.strictEqual(new URL(issuer).pathname, `/realms/${realm.realm}`)
      assert.include(read("docker-compose.yml"), `:-${new URL(issuer).port}}:8080`)
      // Where Keycloak's scope `roles` has the roles of a realm.
      assert.strictEqual(rolesClaim, "realm_access.roles")
      assert.includeMembers([...client.defaultClientScopes], ["basic", "profile", "email", "roles"])
      const audiences = client.protocolMappers.filter(({ protocolMapper }) => protocolMapper === "oidc-audience-mapper")
      assert.deepStrictEqual(audiences.map(({ config }) => config), [{
        "included.custom.audience": audience,
        "access.token.claim": "true",
        "id.token.claim": "false"
      }])
    }))

  it("lets the page in by the code flow with PKCE, back to exact addresses, and no other way", () => {
    assert.deepInclude(client, {
      publicClient: true,
      standardFlowEnabled: true,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      serviceAccountsEnabled: false
    })
    assert.strictEqual(client.attributes["pkce.code.challenge.method"], "S256")
    for (const uri of client.redirectUris) assert.match(uri, /^http:\/\/[\w.]+:3000\/v1\/auth\/oidc\/callback$/)
    assert.isFalse(realm.registrationAllowed)
  })

  it("has the desk's roles, and somebody in each", () => {
    const names = builtInRoles.map(({ name }) => name).toSorted()
    assert.deepStrictEqual(realm.roles.realm.map(({ name }) => name).toSorted(), names)
    assert.deepStrictEqual(realm.users.flatMap(({ realmRoles }) => realmRoles).toSorted(), names)
    for (const { credentials, emailVerified } of realm.users) {
      assert.deepStrictEqual([emailVerified, credentials.map(({ value }) => value)], [true, ["opsdesk-demo"]])
    }
  })
})

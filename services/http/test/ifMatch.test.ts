import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { freshThings, traces } from "./freshThings.ts"
import { auditOf, done, opened } from "./onRecord.ts"
import type { Answer, Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const tagOf = ({ headers }: Answer): string => headers.get("etag") ?? assert.fail("no ETag")
const ifMatch = (tags: string, ask: Ask): Ask => ({ ...ask, headers: { "if-match": tags } })

interface Change {
  readonly says: string
  readonly thing: "ticket" | "user" | "role"
  readonly request: (path: string, own: string) => readonly [method: string, path: string, Ask]
}

const changes: ReadonlyArray<Change> = [
  {
    says: "a change of a ticket",
    thing: "ticket",
    request: (path, title) => ["PATCH", path, { as: "alex", body: { title } }]
  },
  {
    says: "a move",
    thing: "ticket",
    request: (path) => ["PATCH", `${path}/status`, { as: "alex", body: { status: "waiting" } }]
  },
  {
    says: "an assignment",
    thing: "ticket",
    request: (path) => ["PUT", `${path}/assignee`, { as: "alex", body: { assigneeId: personIds.ada } }]
  },
  { says: "a claim", thing: "ticket", request: (path) => ["POST", `${path}/claim`, { as: "alex" }] },
  {
    says: "a change of an account",
    thing: "user",
    request: (path, name) => ["PATCH", path, { as: "alex", body: { name } }]
  },
  {
    says: "a change of roles",
    thing: "user",
    request: (path) => ["PUT", `${path}/roles`, { as: "alex", body: { roles: ["agent"] } }]
  },
  {
    says: "a change of grants",
    thing: "role",
    request: (
      path
    ) => ["PUT", `${path}/permissions`, {
      as: "alex",
      body: { permissions: [{ permission: "user:read", scope: "any" }] }
    }]
  }
]

/** Every operation that changes what counts its versions. */
const takesIfMatch = [
  "roles.setRolePermissions",
  "tickets.assignTicket",
  "tickets.changeTicketStatus",
  "tickets.claimTicket",
  "tickets.editTicket",
  "users.setUserRoles",
  "users.updateUser"
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("who names the version to change", (it) => {
  it.effect("finds in the description which changes take one: those that can answer 412", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json: document } = yield* ask("GET", "/openapi.json")
      const operations = Object.values<Json>(document.paths).flatMap((methods) => Object.values<Json>(methods))
      const takers = operations.filter(({ parameters }) => parameters?.some(({ name }: Json) => name === "If-Match"))
      const refusers = operations.filter(({ responses }) => "412" in responses)
      assert.deepStrictEqual(takers, refusers)
      assert.deepStrictEqual(takers.map(({ operationId }) => operationId).toSorted(), takesIfMatch)
    }))

  it.effect.each(changes)(
    "$says is made to that version, and to no other",
    ({ request, says, thing }) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const own = says.replaceAll(" ", "-")
        const things = yield* freshThings("admin", undefined, own)
        const path = `/v1/${thing}s/${things[thing]}`
        const [method, where, what] = request(path, `new ${own}`)
        const read = yield* ask("GET", path, { as: "alex" })
        const before = yield* traces
        for (const tags of ["\"v0\"", "\"v99\"", `W/${tagOf(read)}`, "\"x\", \"y\"", "\"v1,v2\""]) {
          const refused = yield* ask(method, where, ifMatch(tags, what))
          assert.deepStrictEqual([refused.status, refused.json.code], [412, "precondition-failed"], tags)
        }
        for (const tags of ["", "v1", "\"v1", "*, \"v1\"", "\"v1\" \"v2\"", "w/\"v1\"", ",", "\"v 1\""]) {
          const refused = yield* ask(method, where, ifMatch(tags, what))
          assert.deepStrictEqual([refused.status, refused.json.errors], [400, [
            { parameter: "if-match", detail: "must be `*` or a list of tags, such as \"v7\"" }
          ]], tags)
        }
        assert.deepStrictEqual([yield* traces, (yield* ask("GET", path, { as: "alex" })).text], [before, read.text])

        const changed = yield* ask(method, where, ifMatch(`"x", ${tagOf(read)}`, what))
        assert.strictEqual(changed.status, 200, changed.text)
        assert.notStrictEqual(tagOf(changed), tagOf(read))
        const found = yield* ask("GET", path, { as: "alex" })
        assert.deepStrictEqual([tagOf(found), found.text], [tagOf(changed), changed.text])
        assert.strictEqual((yield* ask(method, where, ifMatch(tagOf(read), what))).status, 412)
        if (where.endsWith("/status")) return
        // Changes nothing any more, and so makes no new version.
        for (const tags of ["*", tagOf(changed)]) {
          const same = yield* ask(method, where, ifMatch(tags, what))
          assert.deepStrictEqual([same.status, tagOf(same)], [200, tagOf(changed)], tags)
        }
      })
  )

  it.effect("hears 404 and 403 first, so that a tag tells nobody what is there", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla", { teamId: teamIds.Support })
      const path = `/v1/tickets/${id}`
      const body = { title: "x" }
      for (const tags of ["*", "\"v0\"", "\"v1\""]) {
        assert.strictEqual((yield* ask("PATCH", path, ifMatch(tags, { as: "chris", body }))).status, 404)
        assert.strictEqual((yield* ask("PATCH", path, ifMatch(tags, { as: "nora", body }))).status, 404)
        assert.strictEqual((yield* ask("PATCH", path, ifMatch(tags, { as: "carla", body }))).status, 403)
        const user = `/v1/users/${personIds.ada}`
        assert.strictEqual((yield* ask("PATCH", user, ifMatch(tags, { as: "carla", body: { name: "x" } }))).status, 403)
      }
    }))

  it.effect("hears that a ticket has moved on before it hears that the move is not possible", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      const claim = `/v1/tickets/${id}/claim`
      yield* done("POST", claim, { as: "amir" })
      assert.strictEqual((yield* ask("POST", claim, ifMatch("\"v1\"", { as: "ada" }))).status, 412)
      assert.strictEqual((yield* ask("POST", claim, ifMatch("\"v2\"", { as: "ada" }))).status, 409)
    }))

  it.effect("of twenty who change the same version at once, one does, and the others hear that it is old", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { user } = yield* freshThings("admin", undefined, "twenty")
      const { id } = yield* opened("carla")
      for (const [path, field] of [[`/v1/tickets/${id}`, "title"], [`/v1/users/${user}`, "name"]] as const) {
        const etag = tagOf(yield* ask("GET", path, { as: "alex" }))
        const answers = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, at) => `Number ${at}`),
          (text) => ask("PATCH", path, ifMatch(etag, { as: "alex", body: { [field]: text } })),
          { concurrency: "unbounded" }
        )
        const [winner, ...others] = answers.filter(({ status }) => status === 200)
        assert.deepStrictEqual(others, [])
        assert.strictEqual(answers.filter(({ status }) => status === 412).length, 19)
        const found = yield* ask("GET", path, { as: "alex" })
        assert.deepStrictEqual([found.text, tagOf(found)], [winner?.text, winner && tagOf(winner)])
        assert.strictEqual((yield* auditOf(path.split("/").at(-1) ?? "")).length, 2)
      }
    }))

  it.effect("hears of teams that somebody was put into from the team's side", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { team, user } = yield* freshThings("admin", undefined, "from-the-team")
      const path = `/v1/users/${user}`
      const tags = [tagOf(yield* ask("GET", path, { as: "alex" }))]
      for (const method of ["PUT", "PUT", "DELETE"]) {
        yield* done(method, `/v1/teams/${team}/members/${user}`, { as: "alex" })
        tags.push(tagOf(yield* ask("GET", path, { as: "alex" })))
      }
      assert.deepStrictEqual(tags, ["\"v1\"", "\"v2\"", "\"v2\"", "\"v3\""])
    }))
})

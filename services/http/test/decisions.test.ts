import { assert, layer } from "@effect/vitest"
import { personIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { nothing } from "./freshThings.ts"
import { opened } from "./onRecord.ts"
import type { Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("of several refusals", (it) => {
  it.effect.each<readonly [what: string, method: string, path: string, ask: Ask, status: number, code: string]>([
    ["an unknown address before the sign-in", "GET", "/v1/nothing", {}, 404, "not-found"],
    ["a wrong method before the sign-in", "DELETE", "/v1/tickets", {}, 405, "method-not-allowed"],
    ["the sign-in before an id that is none", "GET", "/v1/tickets/abc", {}, 401, "unauthenticated"],
    ["the sign-in before the parameters", "GET", "/v1/tickets?limit=0", {}, 401, "unauthenticated"],
    ["the sign-in before the body", "POST", "/v1/tickets", { body: "{" }, 401, "unauthenticated"],
    [
      "an id that is none before the body",
      "PATCH",
      "/v1/tickets/abc",
      { as: "ada", body: { colour: 1 } },
      404,
      "not-found"
    ],
    [
      "the body before a ticket that is not there",
      "PATCH",
      `/v1/tickets/${nothing}`,
      { as: "ada", body: { colour: 1 } },
      400,
      "validation-failed"
    ],
    ["the body before the permission", "POST", "/v1/users", { as: "carla", body: {} }, 400, "validation-failed"],
    [
      "the permission before a person who is not there",
      "GET",
      `/v1/users/${nothing}`,
      { as: "carla" },
      403,
      "forbidden"
    ],
    [
      "a ticket that is not there before the permission",
      "PATCH",
      `/v1/tickets/${nothing}`,
      { as: "carla", body: {} },
      404,
      "not-found"
    ]
  ])("one hears of %s", ([, method, path, request, status, code]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const refused = yield* ask(method, path, request)
      assert.deepStrictEqual([refused.status, refused.json.code], [status, code])
    }))

  it.effect("one hears of the permission before the state of the ticket", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id } = yield* opened("carla")
      yield* ask("PATCH", `/v1/tickets/${id}/status`, { as: "ada", body: { status: "closed" } })
      const move = { body: { status: "in_progress" } }
      assert.strictEqual((yield* ask("PATCH", `/v1/tickets/${id}/status`, { as: "carla", ...move })).status, 403)
      assert.strictEqual((yield* ask("PATCH", `/v1/tickets/${id}/status`, { as: "ada", ...move })).status, 409)
    }))
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("an id in capital letters", (it) => {
  it.effect("is the same id, and comes back in small ones", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket: Json = yield* opened("carla")
      const path = `/v1/tickets/${ticket.id.toUpperCase()}`
      assert.strictEqual((yield* ask("GET", path, { as: "carla" })).json.data.id, ticket.id)

      const first = yield* ask("PUT", `${path}/assignee`, { as: "ada", body: { assigneeId: personIds.amir } })
      const again = yield* ask("PUT", `${path}/assignee`, {
        as: "ada",
        body: { assigneeId: personIds.amir.toUpperCase() }
      })
      assert.deepStrictEqual(again.json, first.json)

      const list = yield* ask("GET", `/v1/tickets?assignee=${personIds.amir.toUpperCase()}`, { as: "ada" })
      assert.deepStrictEqual(list.json.data.map(({ id }: Json) => id), [ticket.id])
    }))

  it.effect("is not another one in a list of ids", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const team = yield* ask("POST", "/v1/teams", { as: "alex", body: { name: "Night shift" } })
      const id: string = team.json.data.id
      const named = (teamIds: ReadonlyArray<string>) =>
        ask("PATCH", `/v1/users/${personIds.nora}`, { as: "alex", body: { teamIds } })
      assert.deepStrictEqual((yield* named([id.toUpperCase()])).json.data.teamIds, [id])
      const twice = yield* named([id, id.toUpperCase()])
      assert.deepStrictEqual([twice.status, twice.json.errors[0].pointer], [400, "/teamIds"])
    }))
})

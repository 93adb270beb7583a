import { assert, layer } from "@effect/vitest"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { permissionMatrix } from "@opsdesk/testkit/permissionMatrix"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { addressOf, freshThings, traces } from "./freshThings.ts"
import { opened } from "./onRecord.ts"
import type { Answer, Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"
import { isReplayed, titled, under } from "./underKey.ts"

const posts = [...endpointsOf(Api)].filter(([, { method }]) => method === "POST").map(([operation, { path }]) => ({
  operation,
  path
}))
const once = posts.filter(({ path }) => !path.startsWith("/v1/auth/"))

/** All that an answer says, but for whose it is and that it was said before. */
const said = ({ headers, status, text }: Answer) => ({
  status,
  text,
  headers: [...headers].filter(([name]) => name !== "x-request-id" && name !== "idempotency-replayed")
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("who sends a request again under its key", (it) => {
  it.effect.each(once)(
    "$operation takes effect once, and answers the same byte for byte",
    ({ operation, path }) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const [errand] = permissionMatrix[operation] ?? []
        const things = yield* freshThings("admin", errand?.given, `once-${operation}`)
        const body = errand?.body?.(`once-more-${operation}`)
        const send = (more: Ask = {}) =>
          ask("POST", addressOf(path, things), {
            as: "alex",
            ...(body === undefined ? {} : { body }),
            ...under(`once-${operation}`),
            ...more
          })
        const first = yield* send()
        assert.isBelow(first.status, 300, first.text)
        assert.isFalse(isReplayed(first))
        const after = yield* traces
        const second = yield* send(under(`once-${operation}`, { "x-request-id": "the-second-time" }))
        assert.deepStrictEqual(said(second), said(first))
        assert.deepStrictEqual([isReplayed(second), second.headers.get("x-request-id")], [true, "the-second-time"])
        const third = yield* send({ body: body === undefined ? {} : { another: "body" } })
        assert.deepStrictEqual([third.status, third.json.code], [422, "idempotency-key-reused"])
        assert.deepStrictEqual(yield* traces, after)
      })
  )

  it.effect("finds in the description which operations take a key: every POST but those of sessions", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { json: document } = yield* ask("GET", "/openapi.json")
      const takers = Object.values<Json>(document.paths).flatMap((methods) => Object.values<Json>(methods)).filter(
        ({ parameters }) => parameters?.some(({ $ref }: Json) => $ref === "#/components/parameters/Idempotency-Key")
      ).map(({ operationId }) => operationId)
      assert.deepStrictEqual(takers.toSorted(), once.map(({ operation }) => operation).toSorted())
    }))

  it.effect("gets a session of its own each time it signs in, whatever key it brings", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const signIn = ask("POST", "/v1/auth/login", {
        body: { email: emailOf("ada"), password: passwordOf("ada") },
        ...under("session")
      })
      const [first, second] = [yield* signIn, yield* signIn]
      assert.deepStrictEqual([first.status, second.status, isReplayed(second)], [200, 200, false])
      assert.notStrictEqual(first.text, second.text)
    }))

  it.effect("fifty times at once, and somebody else under the same key, makes one ticket each", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const send = (as: "carla" | "chris") =>
        ask("POST", "/v1/tickets", { as, body: { title: `Race of ${as}`, description: "" }, ...under("race") })
      const people = Array.from({ length: 100 }, (_, at) => at % 2 === 0 ? "carla" as const : "chris" as const)
      const answers = yield* Effect.forEach(people, (as) => Effect.map(send(as), (answer) => ({ as, ...answer })), {
        concurrency: "unbounded"
      })
      for (const as of ["carla", "chris"] as const) {
        const own = answers.filter((answer) => answer.as === as)
        const made = own.filter(({ status }) => status === 201)
        const fresh = made.filter((answer) => !isReplayed(answer))
        assert.strictEqual(fresh.length, 1)
        assert.deepStrictEqual([...new Set(made.map(({ text }) => text))], [fresh[0]?.text])
        for (const busy of own.filter(({ status }) => status !== 201)) {
          assert.deepStrictEqual([busy.status, busy.json.code, busy.headers.get("retry-after")], [
            409,
            "request-in-progress",
            "1"
          ])
        }
        assert.strictEqual(yield* titled(`Race of ${as}`), 1)
        const later = yield* send(as)
        assert.deepStrictEqual([isReplayed(later), later.text], [true, fresh[0]?.text])
      }
    }))

  it.effect("with another body, to another address, hears that the key is taken; somebody else may use it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = { title: "Taken", description: "" }
      const { id } = yield* opened("carla")
      assert.strictEqual((yield* ask("POST", "/v1/tickets", { as: "carla", body, ...under("taken") })).status, 201)
      for (
        const [path, other] of [
          ["/v1/tickets", { ...body, title: "Other" }],
          [`/v1/tickets/${id}/messages`, body],
          ["/v1/tickets", "not even JSON"]
        ] as const
      ) {
        const refused = yield* ask("POST", path, { as: "carla", body: other, ...under("taken") })
        assert.deepStrictEqual([refused.status, refused.json.code], [422, "idempotency-key-reused"])
        assert.strictEqual(refused.json.type, "/problems/idempotency-key-reused")
      }
      const ofChris = yield* ask("POST", "/v1/tickets", { as: "chris", body, ...under("taken") })
      assert.deepStrictEqual([ofChris.status, isReplayed(ofChris)], [201, false])
      assert.strictEqual(yield* titled("Taken"), 2)
    }))

  it.effect.each(["", " ", "a b", "é", "\t", "k".repeat(256), "a\u007f"])(
    "under `%s` hears what a key is",
    (key) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        // Fetch sends no text beyond Latin-1, and strips what is blank around it.
        const refused = yield* ask("POST", "/v1/tickets", {
          as: "carla",
          body: { title: "Never", description: "" },
          ...under(key)
        })
        assert.deepStrictEqual([refused.status, refused.json.errors], [400, [
          { parameter: "idempotency-key", detail: "must be 1 to 255 visible characters of ASCII" }
        ]])
        assert.strictEqual(yield* titled("Never"), 0)
      })
  )

  it.effect("under the longest key is served, and on a GET nobody looks at it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const key = "~".repeat(255)
      const send = ask("POST", "/v1/tickets", { as: "carla", body: { title: "Long", description: "" }, ...under(key) })
      assert.deepStrictEqual([isReplayed(yield* send), isReplayed(yield* send)], [false, true])
      const list = yield* ask("GET", "/v1/tickets", { as: "carla", ...under("a b") })
      assert.deepStrictEqual([list.status, isReplayed(list)], [200, false])
    }))

  it.effect("must be signed in before anything is looked at", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const body = { title: "Whose?", description: "" }
      assert.strictEqual((yield* ask("POST", "/v1/tickets", { as: "carla", body, ...under("whose") })).status, 201)
      assert.strictEqual((yield* ask("POST", "/v1/tickets", { body, ...under("whose") })).status, 401)
      assert.strictEqual((yield* ask("POST", "/v1/tickets", { body, ...under("a b") })).status, 401)
    }))

  it.effect("leaves nothing in the table that tells what was said", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const sql = yield* SqlClient.SqlClient
      const canary = "canary-4711"
      const body = { title: canary, description: canary }
      const { headers, json } = yield* ask("POST", "/v1/tickets", { as: "carla", body, ...under(`key-${canary}`) })
      const rows = yield* sql<{ row: string }>`select t::text as row from idempotency_keys t`
      assert.isAbove(rows.length, 0)
      const hex = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0).toString(16)).join("")
      for (const text of [canary, json.data.id, headers.get("location") ?? "", "application/json", "/v1/tickets"]) {
        for (const { row } of rows) {
          assert.notInclude(row, text)
          assert.notInclude(row, hex(text))
        }
      }
    }))
})

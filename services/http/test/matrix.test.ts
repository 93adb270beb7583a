import { assert, describe, it, layer } from "@effect/vitest"
import { EndpointAccess } from "@opsdesk/access/Authentication"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import { emailOf, passwordOf, personIds } from "@opsdesk/testkit/people"
import type { Caller, Cell, Errand } from "@opsdesk/testkit/permissionMatrix"
import { callerNames, callers, permissionMatrix } from "@opsdesk/testkit/permissionMatrix"
import { Context, Effect } from "effect"
import type { Things } from "./freshThings.ts"
import { addressOf, freshThings, nothing, traces } from "./freshThings.ts"
import type { Answer, Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const endpoints = endpointsOf(Api)

const rows = Object.entries(permissionMatrix).flatMap(([operation, errands]) =>
  errands.map((row) => ({ operation, row, title: `${operation}${row.errand === undefined ? "" : `, ${row.errand}`}` }))
)

const requestOf = Effect.fnUntraced(function*(caller: Caller, row: Errand, own: string) {
  const { ask } = yield* TestHttp
  const { person } = callers[caller]
  if (row.own === undefined) {
    const body = row.body?.(own)
    const request: Ask = { ...(person === null ? {} : { as: person }), ...(body === undefined ? {} : { body }) }
    return request
  }
  const body = { email: emailOf(person ?? "carla"), password: person === null ? "a guess" : passwordOf(person) }
  if (row.own === "password") return { body }
  const { json } = yield* ask("POST", "/v1/auth/login", { body })
  const { accessToken = "none", refreshToken = "none" } = json?.data ?? {}
  return row.own === "session" ? { token: accessToken } : { body: { refreshToken } }
})

const cellOf = (answer: Answer, row: Errand, things: Things): Cell =>
  answer.status !== 200 || row.shows === undefined || answer.text.includes(things[row.shows])
    ? answer.status
    : "left out"

/** An answer without what differs from one request to the next. */
const said = (answer: Answer, id: string) => ({
  text: answer.text.replaceAll(id, "…").replaceAll(answer.headers.get("x-request-id") ?? "", "…"),
  headers: [...answer.headers].filter(([name]) => name !== "x-request-id")
})

describe("the matrix", () => {
  it("has a row for every operation, and none for what is no more", () => {
    assert.deepStrictEqual(Object.keys(permissionMatrix).toSorted(), [...endpoints.keys()].toSorted())
  })

  it("finds that every endpoint declares who may call it", () => {
    const silent = [...endpoints].filter(([, { annotations }]) =>
      Context.getOrUndefined(annotations, EndpointAccess) === undefined
    )
    assert.deepStrictEqual(silent.map(([name]) => name), [])
  })
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("everybody gets what the matrix promises", (it) => {
  it.effect.each(rows)("$title", ({ operation, row, title }) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const endpoint = endpoints.get(operation)
      assert(endpoint !== undefined)
      const got: Partial<Record<Caller, Cell>> = {}
      for (const caller of callerNames) {
        const own = `${title} ${caller}`.replaceAll(/[^A-Za-z]+/g, "-")
        const things = yield* freshThings(caller, row.given, own)
        const { person } = callers[caller]
        const pattern = row.whom === "oneself"
          ? endpoint.path.replace(":userId", personIds[person ?? "carla"])
          : endpoint.path
        const path = addressOf(pattern, row.shows === "note" ? { ...things, message: things.note } : things) +
          (row.query ?? "")
        const request: Ask = yield* requestOf(caller, row, own)
        const before = yield* traces
        const answer = yield* ask(endpoint.method, path, request)
        got[caller] = cellOf(answer, row, things)
        if (answer.status >= 400) assert.deepStrictEqual(yield* traces, before, `${caller} left a trace`)
        if (answer.status !== 404) continue

        // A note hidden on a ticket that one sees is like a missing message, a hidden ticket like a missing ticket.
        const hidden = operation.startsWith("apiTokens.")
          ? things.apiToken
          : operation.startsWith("notifications.")
          ? things.notification
          : caller === "customer" && row.shows === "note"
          ? things.note
          : things.ticket
        const missing = yield* ask(endpoint.method, path.replace(hidden, nothing), request)
        assert.deepStrictEqual(said(answer, hidden), said(missing, nothing), `${caller} can tell hidden from missing`)
      }
      assert.deepStrictEqual(got, { ...row.answers })
    }))
})

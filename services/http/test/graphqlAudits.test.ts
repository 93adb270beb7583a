import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { serverAudits } from "graphql-http"
import { TestHttp } from "./TestHttp.ts"

/** A client of the audits: what they send goes to the program as it is, with a token beside it. */
const fetching = Effect.gen(function*() {
  const { fetch, tokenOf } = yield* TestHttp
  const token = yield* tokenOf("ada")
  return (url: string | URL, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set("authorization", `Bearer ${token}`)
    return fetch(new Request(url, { ...init, headers }))
  }
})

const names = serverAudits({ url: "http://desk.test/graphql" }).map(({ id, name }) => ({ id, name }))

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a client of GraphQL over HTTP", (it) => {
  it.effect.each(names)("$id $name", ({ id }) =>
    Effect.gen(function*() {
      const fetchFn = yield* fetching
      const audit = serverAudits({ url: "http://desk.test/graphql", fetchFn }).find((one) => one.id === id)
      assert(audit !== undefined)
      const result = yield* Effect.promise(() => audit.fn())
      assert.strictEqual(result.status, "ok", "reason" in result ? `${result.status}: ${result.reason}` : result.status)
    }))
})

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestHttp } from "./TestHttp.ts"

const nested = (depth: number) =>
  `{ tickets { nodes { id ${"messages { nodes { ".repeat(depth)}id${" } }".repeat(depth)} } } }`

/** Each fragment spreads the next one twice: written out it would have more fields than there are atoms. */
const bomb = (fragments: number) =>
  Array.from({ length: fragments }, (_, at) => `fragment F${at} on User { ...F${at + 1} a: id ...F${at + 1} }`).join(
    " "
  ) +
  ` fragment F${fragments} on User { id } { me { user { ...F0 } } }`

/** Documents that are refused before anything of them is executed, each with the limit that it is beyond. */
const documents: ReadonlyArray<readonly [title: string, limit: string, query: string]> = [
  ["two thousand levels deep", "tokens", nested(2000)],
  ["eleven levels deep", "depth", nested(5)],
  [
    "of ten thousand aliases",
    "tokens",
    `{ ${Array.from({ length: 10_000 }, (_, at) => `a${at}: me { user { id } }`).join(" ")} }`
  ],
  [
    "of sixteen aliases",
    "aliases",
    `{ me { user { ${Array.from({ length: 16 }, (_, at) => `a${at}: id`).join(" ")} } } }`
  ],
  ["of eleven fields at its root", "rootFields", `{ ${Array.from({ length: 11 }, () => "__typename").join(" ")} }`],
  ["of twenty thousand directives", "tokens", `{ me { user { id ${"@skip(if: false) ".repeat(20_000)} } } }`],
  ["of eleven directives", "directives", `{ me { user { id ${"@include(if: true) ".repeat(11)} } } }`],
  ["of a fragment that spreads itself", "depth", "fragment F on User { id ...F } { me { user { ...F } } }"],
  [
    "of fragments that spread each other",
    "depth",
    "fragment F on User { ...G } fragment G on User { ...F } { me { user { ...F } } }"
  ],
  ["that is a bomb of fragments", "fields", bomb(40)],
  ["of a page of 101", "pageSize", "{ tickets(first: 101) { nodes { id } } }"],
  ["of pages within a page", "objects", "{ tickets(first: 100) { nodes { messages(first: 10) { nodes { id } } } } }"],
  [
    "of pages in nodes and edges",
    "objects",
    "{ tickets(first: 100) { nodes { requester { id } assignee { id } team { id } } edges { node { requester { id } assignee { id } team { id } requester { id } assignee { id } team { id } } } } }"
  ],
  [
    "of a page as large as a variable says",
    "pageSize",
    "query ($n: Int = 1000) { tickets(first: $n) { nodes { id } } }"
  ]
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("whoever sends a document", (it) => {
  it.effect.each(documents)("%s is refused, whatever they accept", ([, limit, query]) =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const accept of ["application/json", "application/graphql-response+json", "*/*"]) {
        const answer = yield* ask("POST", "/graphql", { as: "ada", body: { query }, headers: { accept } })
        assert.isTrue(answer.status === 400 || answer.status === 413, answer.text.slice(0, 300))
        const { code, limit: passed } = answer.json.errors[0].extensions
        assert.include(["validation-failed", "payload-too-large"], code)
        assert.strictEqual(passed.name, answer.status === 413 ? "body" : limit)
        assert.notProperty(answer.json, "data")
      }
    }))

  it.effect("a thousand objects at once is answered: that many are allowed", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const query =
        "{ tickets(first: 100) { nodes { requester { name } assignee { name } team { name } messages(last: 3) { nodes { author { name } } } } } }"
      const answer = yield* ask("POST", "/graphql", { as: "ada", body: { query } })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.notProperty(answer.json, "errors")
    }))

  const bodies: ReadonlyArray<readonly [title: string, status: number, code: string, body: string, type?: string]> = [
    ["an array of operations", 400, "validation-failed", JSON.stringify([{ query: "{ __typename }" }])],
    ["no JSON", 400, "malformed-json", "{"],
    [
      "a body of more than 100 kB",
      413,
      "payload-too-large",
      JSON.stringify({ query: `{ __typename } #${"x".repeat(100_000)}` })
    ],
    ["a form", 415, "unsupported-media-type", "query=%7B__typename%7D", "application/x-www-form-urlencoded"],
    ["text", 415, "unsupported-media-type", "{ __typename }", "text/plain"],
    ["GraphQL as it is written", 415, "unsupported-media-type", "{ __typename }", "application/graphql"],
    ["parts", 415, "unsupported-media-type", "--x--", "multipart/form-data; boundary=x"],
    [
      "variables without end",
      400,
      "validation-failed",
      `{"query":"{ __typename }","variables":${"[".repeat(40)}${"]".repeat(40)}}`
    ]
  ]

  it.effect.each(bodies)(
    "as %s is refused",
    ([, status, code, body, type = "application/json"]) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const answer = yield* ask("POST", "/graphql", { as: "ada", body, headers: { "content-type": type } })
        assert.strictEqual(answer.status, status, answer.text)
        assert.strictEqual(answer.json.errors[0].extensions.code, code)
      })
  )

  it.effect("that changes something by GET is refused", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const query = encodeURIComponent("mutation { claimTicket(input: { ticketId: \"1\" }) { ticket { id } } }")
      const answer = yield* ask("GET", `/graphql?query=${query}`, { as: "ada" })
      assert.strictEqual(answer.status, 405, answer.text)
      assert.strictEqual(answer.headers.get("allow"), "POST")
    }))

  it.effect("from a page of elsewhere is told nothing that the page could read", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const headers = { origin: "https://evil.example" }
      const answer = yield* ask("POST", "/graphql", { as: "ada", body: { query: "{ __typename }" }, headers })
      assert.isNull(answer.headers.get("access-control-allow-origin"))
    }))
})

const Closed = TestHttp.layer("peopled", undefined, { OPSDESK_GRAPHQL_INTROSPECTION: "off" })

layer(Closed, { excludeTestServices: true })("a desk that keeps its schema to itself", (it) => {
  it.effect.each([
    "{ __schema { types { name } } }",
    "{ __type(name: \"Ticket\") { name } }",
    "{ tickts { nodes { id } } }"
  ])(
    "tells nothing to %s",
    (query) =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const headers = { accept: "application/graphql-response+json" }
        const answer = yield* ask("POST", "/graphql", { as: "ada", body: { query }, headers })
        assert.strictEqual(answer.status, 400)
        assert.notInclude(answer.text, "Did you mean")
        assert.notInclude(answer.text, "TicketConnection")
      })
  )
})

import { assert, layer } from "@effect/vitest"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { nothing } from "./freshThings.ts"
import { done, opened } from "./onRecord.ts"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** Words that stand in nothing that the reader may see; each says by itself where it has leaked from. */
const canaries = {
  title: "canarytitle",
  description: "canarydescription",
  message: "canarymessage",
  note: "canarynote",
  comment: "canarycomment"
} as const

const filters = [
  "",
  "status=open,in_progress,waiting,resolved,closed",
  "priority=urgent",
  "type=request",
  "assignee=none",
  "assignee=me",
  `assignee=${personIds.ada}`,
  "requester=me",
  `requester=${personIds.carla}`,
  `team=${teamIds.Support}`,
  "team=none",
  "createdAfter=2020-01-01T00:00:00Z",
  "updatedAfter=2020-01-01T00:00:00Z",
  ...Object.values(canaries).map((word) => `q=${word}`),
  `q=${canaries.note}%20OR%20printer`,
  `q=printer%20-${canaries.note}`
]
const sorts = ["", "sort=-priority,createdAt", "sort=updatedAt", "sort=-number"]
const others = ["", "include=total", "limit=1&include=total"]

/** Every list of tickets that a reader could ask for, as far as it differs. */
const lists = filters.flatMap((filter) =>
  sorts.flatMap((sort) =>
    others.map((other) => `/v1/tickets?${[filter, sort, other].filter((part) => part !== "").join("&")}`)
  )
)

/** All that an address of the interface could be, with the ids of a ticket and of what is on it. */
const addressesOf = (ticket: string, message: string): ReadonlyArray<string> =>
  [...endpointsOf(Api).values()].flatMap(({ method, path }) =>
    method === "GET" && path.startsWith("/v1/") && !path.startsWith("/v1/auth/")
      ? [path.replace("/tickets/:id", `/tickets/${ticket}`).replace(":messageId", message).replace(":id", ticket)]
      : []
  )

/** An answer without what differs from one request to the next. */
const bare = ({ headers, status, text }: Answer, of: ReadonlyArray<string> = []) => {
  const id = headers.get("x-request-id") ?? ""
  const plain = [id, ...of].filter((part) => part !== "").reduce((said, part) => said.replaceAll(part, "…"), text)
  const kept = [...headers].filter(([name]) => name !== "x-request-id" && !name.startsWith("ratelimit"))
  return { status, text: plain, headers: kept.map(([name, value]) => `${name}: ${value}`).toSorted() }
}

/** Everything a reader gets to see, page by page. */
const crawled = Effect.fnUntraced(function*(as: "carla" | "chris", addresses: ReadonlyArray<string>) {
  const { ask } = yield* TestHttp
  const seen: Record<string, ReturnType<typeof bare>> = {}
  const open = [...addresses]
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const answer = yield* ask("GET", path, { as })
    seen[path] = bare(answer)
    const cursor: unknown = answer.json?.page?.nextCursor
    if (typeof cursor === "string" && Object.keys(seen).length < 2000) {
      open.push(`${path.split("&cursor=")[0]}&cursor=${encodeURIComponent(cursor)}`)
    }
  }
  return seen
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })(
  "a customer who asks for everything",
  (it) => {
    it.effect("sees the same before and after others have written what is not for them", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        for (const title of ["printer one", "printer two", "printer three"]) yield* opened("chris", { title })
        const mine = yield* opened("chris", { title: "printer four" })
        const said = yield* done("POST", `/v1/tickets/${mine.id}/messages`, { as: "chris", body: { body: "printer" } })
        const addresses = [...lists, ...addressesOf(mine.id, said.id)]
        const before = yield* crawled("chris", addresses)
        assert.isAbove(Object.values(before).filter(({ status }) => status === 200).length, lists.length)

        const foreign = yield* opened("carla", {
          title: canaries.title,
          description: canaries.description,
          teamId: teamIds.Support,
          type: "request",
          priority: "urgent"
        })
        const path = `/v1/tickets/${foreign.id}`
        const message = yield* done("POST", `${path}/messages`, { as: "carla", body: { body: canaries.message } })
        const note = { body: canaries.note, visibility: "internal" }
        yield* done("POST", `${path}/messages`, { as: "ada", body: note })
        yield* done("PATCH", `${path}/status`, { as: "ada", body: { status: "waiting", comment: canaries.comment } })
        yield* done("PUT", `${path}/assignee`, { as: "alex", body: { assigneeId: personIds.ada } })
        // On their own ticket too, where only the note is not for them.
        yield* done("POST", `/v1/tickets/${mine.id}/messages`, { as: "alex", body: note })

        const after = yield* crawled("chris", addresses)
        for (const [address, answer] of Object.entries(after)) {
          const everything = JSON.stringify(answer)
          // What they have asked with stands in a problem's address only.
          for (const word of Object.values(canaries)) assert.notInclude(everything, word, address)
          assert.deepStrictEqual(answer, before[address], address)
        }
        assert.deepStrictEqual(Object.keys(after), Object.keys(before))

        // What is there but hidden answers as what is not there at all, to the last byte.
        const [hidden, missing] = [addressesOf(foreign.id, message.id), addressesOf(nothing, nothing)]
        for (const [at, address] of hidden.entries()) {
          const answer = bare(yield* ask("GET", address, { as: "chris" }), [foreign.id, message.id])
          assert.deepStrictEqual(
            answer,
            bare(yield* ask("GET", missing[at] ?? "", { as: "chris" }), [nothing]),
            address
          )
        }
      }), 120_000)

    it.effect("cannot go on in another's list, nor be given it by another's tag or key", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        for (let at = 0; at < 3; at++) yield* opened("carla", { title: canaries.title })
        const key = { "idempotency-key": "the-same-for-both" }
        const body = { title: canaries.title, description: "" }
        const first = yield* ask("POST", "/v1/tickets", { as: "carla", body, headers: key })
        const list = yield* ask("GET", "/v1/tickets?limit=2", { as: "carla" })
        const theirs = yield* ask("GET", `/v1/tickets?limit=2&cursor=${list.json.page.nextCursor}`, { as: "chris" })
        assert.strictEqual(theirs.status, 400)
        assert.notInclude(theirs.text, canaries.title)

        const tagged = yield* ask("GET", "/v1/tickets?limit=2", {
          as: "chris",
          headers: { "if-none-match": list.headers.get("etag") ?? "" }
        })
        assert.strictEqual(tagged.status, 200)
        assert.notInclude(tagged.text, canaries.title)

        const again = yield* ask("POST", "/v1/tickets", { as: "chris", body, headers: key })
        assert.deepStrictEqual([again.status, again.headers.get("idempotency-replayed")], [201, null])
        assert.notStrictEqual(again.json.data.id, first.json.data.id)
      }))
  }
)

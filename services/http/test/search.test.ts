import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect, Layer } from "effect"
import { done, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

/** What there is on the desk; each word in one place only. */
const tickets: ReadonlyArray<{
  readonly by: Person
  readonly title: string
  readonly description: string
  readonly team?: string
  readonly said?: string
  readonly noted?: string
}> = [
  { by: "carla", title: "Zebra printer jams", description: "The okapi label is torn.", said: "A giraffe helps." },
  { by: "carla", title: "Door", description: "It squeaks.", noted: "Ask the walrus first." },
  {
    by: "carla",
    title: "Router",
    description: "A lemur chewed it.",
    team: teamIds.Support,
    said: "Only a tapir left."
  },
  { by: "chris", title: "Screen", description: "A badger in it.", team: teamIds.Network, noted: "Or an otter." },
  { by: "chris", title: "Keyboard", description: "The heron key sticks." }
]

const Desk = Layer.effectDiscard(Effect.gen(function*() {
  for (const { by, description, noted, said, team, title } of tickets) {
    const { id } = yield* opened(by, { title, description, ...(team === undefined ? {} : { teamId: team }) })
    const write = (as: Person, body: object) => done("POST", `/v1/tickets/${id}/messages`, { as, body })
    if (said !== undefined) yield* write(by, { body: said })
    if (noted !== undefined) yield* write("alex", { body: noted, visibility: "internal" })
  }
})).pipe(Layer.provideMerge(TestHttp.layer("peopled")))

/** The titles that somebody finds, which must be as many as are counted. */
const foundBy = Effect.fnUntraced(function*(as: Person, query: string) {
  const { ask } = yield* TestHttp
  const { json, status } = yield* ask("GET", `/v1/tickets?sort=number&limit=100&include=total&${query}`, { as })
  assert.strictEqual(status, 200, query)
  const titles: ReadonlyArray<string> = json.data.map(({ title }: { title: string }) => title)
  assert.strictEqual(json.page.total, titles.length, "what is counted is not what is there")
  return titles.map((title) => title.split(" ")[0])
})

const everyone = ["carla", "chris", "ada", "nora", "alex"] as const

layer(Desk, { excludeTestServices: true })("the list of tickets", (it) => {
  it.effect.each(
    [
      ["carla", ["Zebra", "Door", "Router"]],
      ["chris", ["Screen", "Keyboard"]],
      ["ada", ["Zebra", "Door", "Router", "Keyboard"]],
      ["nora", ["Zebra", "Door", "Screen", "Keyboard"]],
      ["alex", ["Zebra", "Door", "Router", "Screen", "Keyboard"]]
    ] as const
  )("%s sees what is theirs to see, and counts no more", ([who, titles]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* foundBy(who, ""), [...titles])
    }))

  it.effect("a customer finds nobody else's tickets, whatever they ask for", () =>
    Effect.gen(function*() {
      const own = ["Zebra", "Door", "Router"]
      const queries = [
        `requester=${personIds.chris}`,
        `team=${teamIds.Network}`,
        "team=none",
        "assignee=none",
        `assignee=${personIds.ada}`,
        "status=open,in_progress,waiting,resolved,closed",
        "q=badger",
        "q=heron or zebra",
        "q=-zebra",
        "createdAfter=2000-01-01T00:00:00Z",
        "updatedAfter=2000-01-01T00:00:00Z"
      ]
      for (const query of queries) {
        const others = (yield* foundBy("carla", query)).filter((title) => !own.includes(title ?? ""))
        assert.deepStrictEqual(others, [], query)
      }
      assert.deepStrictEqual(yield* foundBy("carla", "requester=me"), own)
      assert.deepStrictEqual(yield* foundBy("carla", `requester=${personIds.chris}`), [])
    }))

  it.effect("page by page a customer sees her own tickets and never the end of somebody else's", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const first = yield* ask("GET", "/v1/tickets?sort=number&limit=2", { as: "carla" })
      const second = yield* ask("GET", `/v1/tickets?sort=number&limit=2&cursor=${first.json.page.nextCursor}`, {
        as: "carla"
      })
      const titles = [...first.json.data, ...second.json.data].map(({ title }: { title: string }) => title)
      assert.deepStrictEqual(titles, ["Zebra printer jams", "Door", "Router"])
      assert.isNull(second.json.page.nextCursor)
    }))
})

layer(Desk, { excludeTestServices: true })("words", (it) => {
  const cases: ReadonlyArray<readonly [word: string, where: string, finders: ReadonlyArray<Person>]> = [
    ["zebra", "in a title", ["carla", "ada", "nora", "alex"]],
    ["okapi", "in a description", ["carla", "ada", "nora", "alex"]],
    ["giraffe", "in a message", ["carla", "ada", "nora", "alex"]],
    ["walrus", "in an internal note", ["ada", "nora", "alex"]],
    ["lemur", "in what is Support's", ["carla", "ada", "alex"]],
    ["tapir", "said on what is Support's", ["carla", "ada", "alex"]],
    ["badger", "in what is Network's", ["chris", "nora", "alex"]],
    ["otter", "in a note on what is Network's", ["nora", "alex"]],
    ["heron", "in what no team has", ["chris", "ada", "nora", "alex"]],
    ["unicorn", "nowhere", []]
  ]

  it.effect.each(cases)(
    "%s, %s, is found by those who may read it and by nobody else",
    ([word, , finders]) =>
      Effect.gen(function*() {
        for (const who of everyone) {
          const found = yield* foundBy(who, `q=${word}`)
          assert.strictEqual(found.length, finders.includes(who) ? 1 : 0, who)
        }
      })
  )

  it.effect.each(
    [
      ["ZEBRAS", ["Zebra"]],
      ["printers jamming", ["Zebra"]],
      ["zebra heron", []],
      ["zebra or heron", ["Zebra", "Keyboard"]],
      ["\"okapi label\"", ["Zebra"]],
      ["\"label okapi\"", []],
      ["zebra -okapi", []],
      ["door -okapi", ["Door"]],
      ["printer -jams", []],
      ["the", []],
      ["zeb", []]
    ] as const
  )("a search for %s", ([q, titles]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* foundBy("alex", `q=${encodeURIComponent(q)}`), [...titles])
    }))

  it.effect.each([
    "\"",
    "'",
    "\\",
    "a'; drop table tickets; --",
    "!&|()<->:*",
    "%",
    "-",
    "or",
    "\u202e",
    "😀",
    "$1",
    "${q}"
  ])(
    "%j is a search like any other",
    (q) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* foundBy("carla", `q=${encodeURIComponent(q)}`), [])
      })
  )

  it.effect("no customer can ask by leaving out what a note says", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* foundBy("carla", "q=door -walrus"), ["Door"])
      assert.deepStrictEqual(yield* foundBy("carla", "q=-walrus"), yield* foundBy("carla", "q=-unicorn"))
    }))

  it.effect("a search and a filter go together", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* foundBy("alex", `q=zebra or heron&requester=${personIds.chris}`), ["Keyboard"])
      assert.deepStrictEqual(yield* foundBy("alex", "q=zebra&status=closed"), [])
    }))
})

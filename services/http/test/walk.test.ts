import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { done, opened } from "./onRecord.ts"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const priorities = ["low", "normal", "high", "urgent"] as const

/** Carla's tickets from some minutes of one hour; those of the same minute are told apart by nothing but their id. */
const plant = Effect.fnUntraced(function*(minutes: ReadonlyArray<number>, team: string | null = null) {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  return yield* Effect.forEach(minutes, (minute, at) =>
    Effect.gen(function*() {
      const made = yield* random.uuidV4()
      // In no order, unlike the ids that the desk gives.
      const id = `${made.slice(0, 14)}7${made.slice(15)}`
      const instant = `2026-03-14T12:${String(minute).padStart(2, "0")}:00.000Z`
      yield* sql`
        insert into tickets (id, title, description, type, status, priority, requester_id, team_id, version, last_seq,
          created_at, updated_at)
        values (${id}, 'walked', '', 'incident', 'open', ${priorities[(at * 7 + minute) % 4]}::ticket_priority,
          ${personIds.carla}, ${team}, 1, 1, ${instant}::text::timestamptz, ${instant}::text::timestamptz)`
      return id
    }))
})

const range = (length: number) => Array.from({ length }, (_, at) => at)

/** Reads a list from its first page to its last; `between` happens after each page. */
const walk = Effect.fnUntraced(function*<E, R>(query: string, as: Ask["as"], between: Effect.Effect<void, E, R>) {
  const { ask } = yield* TestHttp
  const seen: Array<string> = []
  let cursor = ""
  for (let pages = 0; pages < 100; pages++) {
    const { json, status } = yield* ask("GET", `/v1/tickets?limit=7&${query}${cursor}`, as === undefined ? {} : { as })
    assert.strictEqual(status, 200)
    assert.isAtMost(json.data.length, 7)
    seen.push(...json.data.map(({ id }: { id: string }) => id))
    if (json.page.nextCursor === null) return seen
    cursor = `&cursor=${encodeURIComponent(json.page.nextCursor)}`
    yield* between
  }
  return assert.fail("the walk has no end")
})

interface Row {
  readonly id: string
  readonly number: number
  readonly priority: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly teamId: string | null
}

const rowsOf = Effect.fnUntraced(function*(ids: ReadonlyArray<string>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Row>`
    select id, number, array_position(enum_range(null::ticket_priority), priority) as priority, created_at, updated_at,
      team_id
    from tickets where id = any(${ids}::uuid[])`
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
})

const valueOf: Record<string, (row: Row) => number> = {
  number: ({ number }) => number,
  priority: ({ priority }) => priority,
  createdAt: ({ createdAt }) => Number(createdAt),
  updatedAt: ({ updatedAt }) => Number(updatedAt)
}

/** Below zero where a sort puts the first before the second. */
const compare = (sort: string, a: Row, b: Row): number => {
  for (const key of sort.split(",")) {
    const value = valueOf[key.replace("-", "")] ?? assert.fail(key)
    const difference = value(a) - value(b)
    if (difference !== 0) return key.startsWith("-") ? -difference : difference
  }
  return 0
}

const sorts = [
  "createdAt",
  "-createdAt",
  "number",
  "-number",
  "priority",
  "-priority",
  "-priority,createdAt",
  "priority,-createdAt",
  "priority,-number",
  "updatedAt",
  "-updatedAt",
  "-priority,updatedAt",
  "createdAt,-priority,updatedAt"
]

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a walk through the list", (it) => {
  const queries = sorts.flatMap((sort) =>
    ["", "&status=open,in_progress", "&q=walked"].map((filter) => [sort, filter] as const)
  )
  for (const [sort, filter] of queries) {
    it.effect(`by ${sort}${filter} meets all once that was there all along, whatever comes and changes meanwhile`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        // What earlier walks went through is none of Ada's business any more, and neither is this team's.
        yield* sql`update tickets set team_id = ${teamIds.Network}`
        yield* plant(range(5).map((at) => at * 12), teamIds.Network)
        const planted = yield* plant(range(40).map((at) => (at * 11) % 20 * 3))
        const restless = new Set(planted.filter((_, at) => at % 16 === 3))
        let turn = 0
        const between = Effect.gen(function*() {
          turn++
          yield* plant([turn % 60, (turn * 17) % 60, 59 - (turn % 60), 0, 59])
          yield* opened("chris", { title: "came meanwhile", priority: priorities[turn % 4] })
          for (const id of restless) {
            yield* done("PATCH", `/v1/tickets/${id}`, { as: "ada", body: { title: `walked ${turn}` } })
          }
        })
        const seen = yield* walk(`sort=${sort}${filter}`, "ada", between)
        assert.isAbove(turn, 4)

        // A change moves a ticket in an order by `updatedAt`: those may be met anywhere, also twice or not at all.
        const moves = sort.includes("updatedAt")
        const still = moves ? planted.filter((id) => !restless.has(id)) : planted
        const met = (id: string) => seen.filter((one) => one === id).length
        assert.deepStrictEqual(still.filter((id) => met(id) !== 1), [], "skipped or repeated")
        const rows = yield* rowsOf(seen)
        const settled = rows.filter(({ id }) => !moves || !restless.has(id))
        assert.strictEqual(new Set(settled).size, settled.length, "something came twice")
        assert.deepStrictEqual(rows.filter(({ teamId }) => teamId !== null), [], "somebody else's")
        assert.deepStrictEqual(
          settled.filter((row, at) => compare(sort, settled[at - 1] ?? row, row) > 0),
          [],
          "out of order"
        )
      }))
  }
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("a cursor", (it) => {
  const query = "sort=-createdAt&status=open&limit=2"
  const cursorOf = Effect.gen(function*() {
    const { ask } = yield* TestHttp
    yield* plant([1, 2, 3, 4, 5, 6])
    const first = yield* ask("GET", `/v1/tickets?${query}`, { as: "ada" })
    const cursor: string = first.json.page.nextCursor
    return cursor
  })

  const refused = Effect.fnUntraced(function*(path: string, as: Ask["as"], says: string) {
    const { ask } = yield* TestHttp
    const { json, status } = yield* ask("GET", path, as === undefined ? {} : { as })
    assert.deepStrictEqual(
      [status, json.code, json.errors?.map(({ parameter }: { parameter: string }) => parameter)],
      [400, "validation-failed", ["cursor"]],
      says
    )
  })

  it.effect("goes on in its own list, on pages of any size, counted or not", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const cursor = yield* cursorOf
      const next = yield* ask("GET", `/v1/tickets?${query}&cursor=${cursor}`, { as: "ada" })
      const bigger = yield* ask("GET", `/v1/tickets?status=open&limit=3&include=total&cursor=${cursor}`, { as: "ada" })
      const ids = (answer: typeof next) => answer.json.data.map(({ id }: { id: string }) => id)
      assert.deepStrictEqual([next.status, bigger.status, ids(next).length], [200, 200, 2])
      assert.deepStrictEqual(ids(bigger).slice(0, 2), ids(next))
    }))

  it.effect("is good for nothing else", () =>
    Effect.gen(function*() {
      const cursor = yield* cursorOf
      const elsewhere: ReadonlyArray<readonly [string, Ask["as"], string]> = [
        [`/v1/tickets?${query}`, "amir", "another agent who sees the same"],
        [`/v1/tickets?${query}`, "carla", "the customer"],
        ["/v1/tickets?sort=createdAt&status=open&limit=2", "ada", "the other way round"],
        ["/v1/tickets?sort=-createdAt,number&status=open&limit=2", "ada", "another sort"],
        ["/v1/tickets?sort=-createdAt&limit=2", "ada", "one filter less"],
        ["/v1/tickets?sort=-createdAt&status=closed&limit=2", "ada", "another filter"],
        [`/v1/tickets?${query}&assignee=none`, "ada", "one filter more"],
        [`/v1/tickets?${query}&q=walked`, "ada", "words"],
        ["/v1/users?limit=2", "ada", "people"],
        ["/v1/teams?limit=2", "ada", "teams"]
      ]
      for (const [path, as, says] of elsewhere) yield* refused(`${path}&cursor=${cursor}`, as, says)
    }))

  it.effect("cannot be made up or changed", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const cursor = yield* cursorOf
      const [position = "", tag = ""] = cursor.split(".")
      const next = yield* ask("GET", `/v1/tickets?${query}&cursor=${cursor}`, { as: "ada" })
      const another: string = next.json.page.nextCursor
      const forged = [
        "x",
        ".",
        position,
        `${position}.`,
        `.${tag}`,
        `${tag}.${position}`,
        `${cursor}.${tag}`,
        `${another.split(".")[0]}.${tag}`,
        `${position}${tag}`,
        "%00",
        "%F0%9F%98%80.%F0%9F%98%80",
        "x".repeat(2000),
        "x".repeat(3000),
        ""
      ]
      // Every character counts but the last, half of whose bits say nothing in base64.
      const changed = range(cursor.length - 1).flatMap((at) =>
        cursor[at] === "." ? [] : [`${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`]
      )
      for (const one of [...forged, ...changed]) yield* refused(`/v1/tickets?${query}&cursor=${one}`, "ada", one)
    }))
})

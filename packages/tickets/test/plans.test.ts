import { assert, layer } from "@effect/vitest"
import type { Actor } from "@opsdesk/access/Actor"
import { Rights } from "@opsdesk/access/Rights"
import type { Position } from "@opsdesk/capabilities/Cursors"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { SortField, SortKey, TicketFilter } from "../src/TicketFilter.ts"
import { newestFirst } from "../src/TicketFilter.ts"
import { TicketListStore } from "../src/TicketListStore.ts"
import { orderOf, positionIn } from "../src/TicketOrder.ts"

/** A node of a plan, as `explain (format json)` gives it. */
interface PlanNode {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Actual Rows"?: number
  readonly "Actual Loops"?: number
  readonly "Rows Removed by Filter"?: number
  readonly Plans?: ReadonlyArray<PlanNode>
}

const PlanNode: Schema.Codec<PlanNode> = Schema.Struct({
  "Node Type": Schema.String,
  "Relation Name": Schema.optionalKey(Schema.String),
  "Index Name": Schema.optionalKey(Schema.String),
  "Actual Rows": Schema.optionalKey(Schema.Number),
  "Actual Loops": Schema.optionalKey(Schema.Number),
  "Rows Removed by Filter": Schema.optionalKey(Schema.Number),
  Plans: Schema.optionalKey(Schema.Array(Schema.suspend((): Schema.Codec<PlanNode> => PlanNode)))
})

const decodePlan = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ Plan: PlanNode })]))

const nodesOf = (node: PlanNode): ReadonlyArray<PlanNode> => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const explain = Effect.fnUntraced(function*(
  statement: { readonly compile: () => readonly [sql: string, params: ReadonlyArray<unknown>] },
  options: "" | "analyze, timing off, "
) {
  const sql = yield* SqlClient.SqlClient
  const [text, params] = statement.compile()
  const [row] = yield* sql.unsafe<{ readonly [column: string]: unknown }>(
    `explain (${options}format json) ${text}`,
    params
  )
  const [{ Plan }] = yield* decodePlan(Object.values(row ?? {})[0])
  return nodesOf(Plan)
})

/** How many rows of a table a plan has looked at, whether it kept them or not. */
const touched = (nodes: ReadonlyArray<PlanNode>, table: "tickets" | "messages" = "tickets"): number =>
  nodes.filter((node) => node["Relation Name"] === table).reduce(
    (rows, node) =>
      rows + ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0)) * (node["Actual Loops"] ?? 1),
    0
  )

const fields: ReadonlyArray<SortField> = ["createdAt", "updatedAt", "priority", "number"]
const keys: ReadonlyArray<SortKey> = fields.flatMap((field) => [
  { field, descending: false },
  { field, descending: true }
])

/** Every sort by one field or two, each way. */
const sorts: ReadonlyArray<ReadonlyArray<SortKey>> = keys.flatMap((first) => [
  [first],
  ...keys.filter(({ field }) => field !== first.field).map((second) => [first, second])
])

const instant = (text: string) => DateTime.makeUnsafe(text)

const worker = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ assigneeId: string; requesterId: string }>`
    select assignee_id, requester_id from tickets where assignee_id is not null order by number limit 1`
  return { assignee: UserId.make(row?.assigneeId ?? ""), requester: UserId.make(row?.requesterId ?? "") }
})

const filtersFor = (some: { readonly assignee: UserId; readonly requester: UserId }): ReadonlyArray<TicketFilter> => {
  const single: ReadonlyArray<TicketFilter> = [
    { status: ["open"] },
    { status: ["open", "in_progress", "waiting"] },
    { status: ["closed"] },
    { priority: ["urgent"] },
    { priority: ["low", "normal"] },
    { type: ["incident"] },
    { assignee: "me" },
    { assignee: "none" },
    { assignee: some.assignee },
    { requester: some.requester },
    { team: TeamId.make(teamIds.Support) },
    { team: "none" },
    { q: "m4711" },
    { q: "s4711" },
    { q: "nothing that stands anywhere" },
    { createdAfter: instant("2024-10-01T00:00:00Z") },
    { createdBefore: instant("2022-02-01T00:00:00Z") },
    { updatedAfter: instant("2024-10-01T00:00:00Z") }
  ]
  const [, , , urgent, , incident] = single
  const pairs = single.flatMap((filter): ReadonlyArray<TicketFilter> => [
    { ...urgent, ...filter },
    { ...incident, ...filter },
    { status: ["open"], ...filter }
  ])
  return [{}, ...single, ...pairs]
}

const actorOf = Effect.fnUntraced(function*(person: Person) {
  const rights = yield* Rights
  return Option.getOrThrow(yield* rights.actor(UserId.make(personIds[person]), null))
})

const Suite = Layer.mergeAll(TicketListStore.layer, Rights.layer).pipe(Layer.provideMerge(TestStack("aged")))

layer(Suite, { excludeTestServices: true })("lists over 100,000 tickets", (it) => {
  it.effect(
    "answer every filter and sort from an index, for every kind of person, on the first page and a later one",
    () =>
      Effect.gen(function*() {
        const store = yield* TicketListStore
        const scanned: Array<string> = []
        let plans = 0
        const look = Effect.fnUntraced(function*(
          actor: Actor,
          filter: TicketFilter,
          sort: ReadonlyArray<SortKey>,
          position: Position | null
        ) {
          plans++
          const nodes = yield* explain(store.statement(actor, filter, orderOf(sort), position, 21), "")
          if (nodes.some((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "tickets")) {
            const name = `${actor.roles.join()} ${JSON.stringify(filter)} by ${JSON.stringify(sort)}`
            scanned.push(position === null ? name : `${name} after ${JSON.stringify(position)}`)
          }
        })
        for (const person of ["alex", "ada", "carla"] as const) {
          const actor = yield* actorOf(person)
          const filters = filtersFor(yield* worker)
          for (const filter of filters) for (const sort of sorts) yield* look(actor, filter, sort, null)
          const rows = yield* store.page(yield* actorOf("alex"), {}, orderOf(newestFirst), null, 50_000)
          const middle = rows.at(-1)
          if (middle === undefined) return yield* Effect.die(new Error("no tickets"))
          for (const filter of filters.slice(0, 19)) {
            for (const sort of sorts) yield* look(actor, filter, sort, positionIn(orderOf(sort))(middle))
          }
        }
        assert.isAbove(plans, 5_000)
        assert.deepStrictEqual(scanned, [])
      }),
    240_000
  )

  it.effect("would be seen to scan, if they did", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const nodes = yield* explain(sql`select id from tickets t where t.description = 'no index holds this'`, "")
      assert.isTrue(nodes.some((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "tickets"))
    }))

  it.effect("look at little more than a page, where people look all day", () =>
    Effect.gen(function*() {
      const store = yield* TicketListStore
      const urgentFirst: ReadonlyArray<SortKey> = [
        { field: "priority", descending: true },
        { field: "createdAt", descending: false }
      ]
      const hot: ReadonlyArray<readonly [Person, TicketFilter, ReadonlyArray<SortKey>, number]> = [
        // One ticket in six is in the agent's reach, so six are looked at for each that is shown.
        ["ada", {}, newestFirst, 21 * 30],
        ["ada", {}, urgentFirst, 21 * 30],
        ["ada", { team: TeamId.make(teamIds.Support) }, newestFirst, 21 * 30],
        ["ada", { assignee: "me" }, newestFirst, 21],
        ["carla", {}, newestFirst, 21],
        ["alex", {}, newestFirst, 21],
        ["alex", {}, urgentFirst, 21],
        ["alex", { status: ["open"] }, newestFirst, 21 * 40],
        ["alex", { q: "m4711" }, newestFirst, 200]
      ]
      for (const [person, filter, sort, most] of hot) {
        const statement = store.statement(yield* actorOf(person), filter, orderOf(sort), null, 21)
        const rows = touched(yield* explain(statement, "analyze, timing off, "))
        assert.isAtMost(rows, most, `${person} ${JSON.stringify(filter)} by ${JSON.stringify(sort)}`)
      }
    }))

  it.effect("look for words in nobody else's tickets and messages, where somebody sees their own only", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const store = yield* TicketListStore
      const { requester } = yield* worker
      const [own] = yield* sql<{ tickets: number; messages: number }>`
        select count(distinct t.id) as tickets, count(m.id) as messages
        from tickets t left join messages m on m.ticket_id = t.id where t.requester_id = ${requester}`
      assert.isAbove(own?.tickets ?? 0, 10)
      assert.isAbove(own?.messages ?? 0, 10)
      const actor = { ...yield* actorOf("carla"), userId: requester }
      const [first] = yield* store.page(actor, { q: "floor" }, orderOf(newestFirst), null, 1)
      assert.strictEqual(first?.requesterId, requester)
      for (const q of ["m4711", "floor", "nothing that stands anywhere", "-floor"]) {
        for (const sort of sorts) {
          const nodes = yield* explain(store.statement(actor, { q }, orderOf(sort), null, 21), "analyze, timing off, ")
          const of = `${q} by ${JSON.stringify(sort)}`
          assert.isFalse(nodes.some((node) => node["Index Name"]?.endsWith("_search_idx")), of)
          assert.isAtMost(touched(nodes), own?.tickets ?? 0, of)
          assert.isAtMost(touched(nodes, "messages"), own?.messages ?? 0, of)
        }
      }
    }))

  it.effect("go through the list for words that stand in many tickets, and show what the index of words would", () =>
    Effect.gen(function*() {
      const store = yield* TicketListStore
      const sql = yield* SqlClient.SqlClient
      // In each title, in each message, in both, and in no title: one in four has the first, all have the second.
      const words = ["network", "floor", "ticket floor", "-mail", "nothing that stands anywhere", "m4711"]
      const filters: ReadonlyArray<TicketFilter> = [
        {},
        { status: ["open"] },
        { assignee: "me" },
        // Fewer than a page, so that the list ends before the page does.
        { createdAfter: instant("2024-11-05T00:00:00Z") },
        { createdBefore: instant("2022-01-02T00:00:00Z") }
      ]
      for (const person of ["alex", "ada"] as const) {
        const actor = yield* actorOf(person)
        for (const q of words) {
          for (const filter of filters) {
            const order = orderOf(newestFirst)
            const first = yield* store.page(actor, { ...filter, q }, order, null, 21)
            const of = `${person} ${q} ${JSON.stringify(filter)}`
            const byIndex = store.statement(actor, { ...filter, q }, order, null, 42)
            const known = yield* Effect.map(byIndex, (rows) => rows.map(({ id }) => id))
            const last = first[20]
            const second = last === undefined
              ? []
              : yield* store.page(actor, { ...filter, q }, order, positionIn(order)(last), 21)
            assert.deepStrictEqual([...first, ...second].map(({ id }) => id), known, of)
          }
        }
        for (const q of ["network", "floor"]) {
          const statement = store.oneByOne(q, actor, { q }, orderOf(newestFirst), null, 21)
          const nodes = yield* explain(statement, "analyze, timing off, ")
          // One title in four, and for an agent one ticket in six.
          assert.isAtMost(touched(nodes), 21 * 4 * 30, `${person} ${q}`)
          assert.isAtMost(touched(nodes, "messages"), 21 * 4 * 30, `${person} ${q}`)
        }
      }
      // What stands in many tickets is in the oldest alone: nobody waits for all others to be looked at first.
      yield* sql`update tickets set description = description || ' antique' where number <= 3000`
      yield* sql.unsafe("analyze tickets").unprepared
      const alex = yield* actorOf("alex")
      const antique = yield* store.page(alex, { q: "antique" }, orderOf(newestFirst), null, 21)
      assert.deepStrictEqual(
        antique.map(({ number }) => Number(number)),
        Array.from({ length: 21 }, (_, at) => 3000 - at)
      )
      assert.strictEqual(yield* store.count(alex, { q: "antique" }, 10_001), 3000)
      assert.strictEqual(yield* store.count(alex, { q: "network" }, 10_001), 10_001)
      assert.strictEqual(yield* store.count(alex, { q: "network floor" }, 10_001), 0)
      assert.strictEqual(
        yield* store.count(alex, { q: "floor", createdBefore: instant("2022-01-02T00:00:00Z") }, 10_001),
        95
      )
    }))

  it.effect("read what an agent may not see once at most, where its words are found", () =>
    Effect.gen(function*() {
      const store = yield* TicketListStore
      const found = (person: Person) =>
        Effect.flatMap(actorOf(person), (actor) => store.count(actor, { q: "m4711" }, 1_000))
      const [seen, all] = [yield* found("ada"), yield* found("alex")]
      assert.isBelow(seen, all)
      const statement = store.statement(yield* actorOf("ada"), { q: "m4711" }, orderOf(newestFirst), null, 21)
      assert.isAtMost(touched(yield* explain(statement, "analyze, timing off, ")), all + seen)
    }))
})

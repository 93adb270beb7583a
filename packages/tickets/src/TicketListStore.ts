import type { Actor } from "@opsdesk/access/Actor"
import type { Position } from "@opsdesk/capabilities/Cursors"
import { rowsOf } from "@opsdesk/kernel/rows"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import { TicketSummary } from "./Ticket.ts"
import type { TicketFilter } from "./TicketFilter.ts"
import type { OrderKey } from "./TicketOrder.ts"
import { reachable, seesOwnOnly, visibleTo } from "./TicketScopeStore.ts"

const decodeSummaries = rowsOf(TicketSummary)

const columns: Record<OrderKey["field"], { readonly name: string; readonly cast: string }> = {
  createdAt: { name: "t.created_at", cast: "timestamptz" },
  updatedAt: { name: "t.updated_at", cast: "timestamptz" },
  priority: { name: "t.priority", cast: "ticket_priority" },
  number: { name: "t.number", cast: "integer" },
  id: { name: "t.id", cast: "uuid" }
}

const orderBy = (sql: SqlClient.SqlClient, order: ReadonlyArray<OrderKey>): Statement.Fragment =>
  sql.literal(order.map(({ descending, field }) => `${columns[field].name}${descending ? " desc" : ""}`).join(", "))

/**
 * What comes after a position. Keys that all go the same way compare as one row, which an index answers at a stroke.
 * Mixed ways are spelled out, behind a bound on the first key so that an index at least starts near the place.
 */
const beyond = (
  sql: SqlClient.SqlClient,
  order: ReadonlyArray<OrderKey>,
  position: Position
): Statement.Fragment => {
  const value = (at: number): Statement.Fragment => {
    const key = order[at]
    return sql`${position[at] ?? null}::${sql.literal(key === undefined ? "text" : columns[key.field].cast)}`
  }
  const name = (key: OrderKey) => sql.literal(columns[key.field].name)
  const way = (key: OrderKey) => sql.literal(key.descending ? "<" : ">")
  const [first] = order
  if (first === undefined) return sql`true`
  if (order.every(({ descending }) => descending === first.descending)) {
    const names = order.map(({ field }) => columns[field].name).join(", ")
    return sql`(${sql.literal(names)}) ${way(first)} (${sql.csv(order.map((_, at) => value(at)))})`
  }
  const branches = order.map((key, at) =>
    sql.and([
      ...order.slice(0, at).map((earlier, index) => sql`${name(earlier)} = ${value(index)}`),
      sql`${name(key)} ${way(key)} ${value(at)}`
    ])
  )
  return sql`${name(first)} ${way(first)}= ${value(0)} and ${sql.or(branches)}`
}

/** How many rows PostgreSQL expects of a statement, as `explain (format json)` says it. */
const Expected = Schema.Tuple([
  Schema.Record(Schema.String, Schema.Tuple([Schema.Struct({ Plan: Schema.Struct({ "Plan Rows": Schema.Number }) })]))
])
const decodeExpected = Schema.decodeUnknownEffect(Expected)

/**
 * From so many matches on, and so large a part of all, words are looked for ticket by ticket. PostgreSQL guesses a
 * two-hundredth of words that it knows nothing of.
 */
const common = { matches: 2_000, share: 0.0075 }

/** So many tickets are looked at for a page, several times what words of that share let expect. */
const mostLookedAt = 20_000

/** All SQL about lists of tickets. */
export class TicketListStore extends Context.Service<TicketListStore>()("@opsdesk/tickets/TicketListStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const said = (actor: Actor, query: Statement.Fragment): Statement.Fragment =>
      sql`m.search @@ ${query} and (
        (m.visibility = 'public' and ${reachable(sql, actor, "message:read")})
        or (m.visibility = 'internal' and ${reachable(sql, actor, "message:read_internal")}))`

    const wordsOf = (q: string) => sql`websearch_to_tsquery('english', ${q})`

    /** Whether the words stand in a ticket, or in a message on it that the actor may read. */
    const mentions = (actor: Actor, q: string): Statement.Fragment => {
      // A sub-select, to be made once and not for each row.
      const query = sql`(select ${wordsOf(q)})`
      // `offset 0`: looked for on each ticket, or the index of words would be read once for all of them.
      return sql`(t.search @@ ${query}
        or exists (select from messages m where m.ticket_id = t.id and ${said(actor, query)} offset 0))`
    }

    /** Whatever stands in them. */
    const filtered = (actor: Actor, filter: TicketFilter): Statement.Fragment => {
      const where: Array<Statement.Fragment> = [visibleTo(sql, actor)]
      const self = (who: string) => who === "me" ? actor.userId : who
      if (filter.status) where.push(sql`t.status = any(${filter.status}::text[])`)
      if (filter.priority) where.push(sql`t.priority = any(${filter.priority}::ticket_priority[])`)
      if (filter.type) where.push(sql`t.type = any(${filter.type}::text[])`)
      if (filter.assignee === "none") where.push(sql`t.assignee_id is null`)
      else if (filter.assignee) where.push(sql`t.assignee_id = ${self(filter.assignee)}`)
      if (filter.requester) where.push(sql`t.requester_id = ${self(filter.requester)}`)
      if (filter.team === "none") where.push(sql`t.team_id is null`)
      else if (filter.team) where.push(sql`t.team_id = ${filter.team}`)
      if (filter.createdAfter) where.push(sql`t.created_at > ${DateTime.toDateUtc(filter.createdAfter)}`)
      if (filter.createdBefore) where.push(sql`t.created_at < ${DateTime.toDateUtc(filter.createdBefore)}`)
      if (filter.updatedAfter) where.push(sql`t.updated_at > ${DateTime.toDateUtc(filter.updatedAfter)}`)
      return sql.and(where)
    }

    const summary = sql`t.id, t.number, t.title, t.type, t.status, t.priority, t.requester_id, t.assignee_id, t.team_id,
          t.version, t.created_at, t.updated_at, t.resolved_at, t.closed_at`

    /** By the index of words, each ticket once. `offset 0`: nobody who guesses wrong reads all tickets beside a few messages. */
    const lookedUp = (actor: Actor, filter: TicketFilter, q: string): Statement.Fragment =>
      sql`
        select ${summary} from tickets t where t.search @@ ${wordsOf(q)} and ${filtered(actor, filter)}
        union all
        select distinct on (t.id) ${summary}
        from messages m
        cross join lateral (select * from tickets where id = m.ticket_id offset 0) t
        where ${said(actor, wordsOf(q))} and not t.search @@ ${wordsOf(q)} and ${filtered(actor, filter)}`

    /**
     * What belongs to a list. Whoever sees nothing but what they have asked for themselves has their own tickets looked
     * through for words: what is said on others makes the search neither slower nor faster. Whoever sees a team's or all
     * tickets would wait too long for that, so there the words are looked up; an index of words knows no scope, and a match
     * that is hidden is read once, to be left out.
     */
    const listed = (actor: Actor, filter: TicketFilter): Statement.Fragment => {
      const { q } = filter
      if (q === undefined) return sql`tickets t where ${filtered(actor, filter)}`
      return seesOwnOnly(actor)
        ? sql`tickets t where ${filtered(actor, filter)} and ${mentions(actor, q)}`
        : sql`(${lookedUp(actor, filter, q)}) t where true`
    }

    const statement = (
      actor: Actor,
      filter: TicketFilter,
      order: ReadonlyArray<OrderKey>,
      position: Position | null,
      rows: number
    ) =>
      sql`
        select ${summary}
        from ${listed(actor, filter)} and ${position === null ? sql`true` : beyond(sql, order, position)}
        order by ${orderBy(sql, order)}
        limit ${rows}`

    /** As many tickets of a list as are looked at for words that stand in many, whatever stands in these. */
    const lookedAt = (
      actor: Actor,
      filter: TicketFilter,
      order: ReadonlyArray<OrderKey>,
      position: Position | null
    ): Statement.Fragment =>
      sql`
        select ${summary}, t.search from tickets t
        where ${filtered(actor, filter)} and ${position === null ? sql`true` : beyond(sql, order, position)}
        order by ${orderBy(sql, order)}
        limit ${mostLookedAt}`

    /** Words are looked for in one ticket after another, in the order of the list, until the page is full. */
    const oneByOne = (q: string, ...[actor, filter, order, position, rows]: Parameters<typeof statement>) =>
      sql`
        select ${summary} from (${lookedAt(actor, filter, order, position)}) t
        where ${mentions(actor, q)}
        order by ${orderBy(sql, order)}
        limit ${rows}`

    const rowsOfPlan = (rows: Statement.Fragment) =>
      sql`explain (format json) select from ${rows}`.pipe(
        Effect.flatMap(decodeExpected),
        Effect.map(([row]) => Object.values(row)[0]?.[0].Plan["Plan Rows"] ?? 0)
      )

    /**
     * Whether words stand in so many tickets that to look them all up, only to show the newest, would take far longer than
     * to go through the list until a page is full. By PostgreSQL's statistics, so it may be wrong and must not matter.
     */
    const areCommon = (q: string) => {
      const found = sql`search @@ ${wordsOf(q)}`
      return Effect.all([
        rowsOfPlan(sql`tickets where ${found}`),
        rowsOfPlan(sql`tickets`),
        rowsOfPlan(sql`messages where ${found}`),
        rowsOfPlan(sql`messages`)
      ], { concurrency: "unbounded" }).pipe(
        Effect.map(([titled, tickets, said, messages]) =>
          titled + said >= common.matches &&
          (titled >= common.share * tickets || said >= common.share * messages)
        )
      )
    }

    const counted = (rows: Statement.Fragment) =>
      Effect.map(sql<{ count: number }>`select count(*) as count from (${rows}) counted`, ([row]) => row?.count ?? 0)

    const page = Effect.fnUntraced(function*(...[actor, filter, order, position, rows]: Parameters<typeof statement>) {
      if (filter.q !== undefined && !seesOwnOnly(actor) && (yield* areCommon(filter.q))) {
        const found = yield* oneByOne(filter.q, actor, filter, order, position, rows)
        const isWhole = found.length === rows ||
          (yield* counted(lookedAt(actor, filter, order, position))) < mostLookedAt
        if (isWhole) return yield* decodeSummaries(found)
      }
      return yield* Effect.flatMap(statement(actor, filter, order, position, rows), decodeSummaries)
    })

    /** Of words that stand in the titles of enough tickets, what was said on them need not be looked through. */
    const count = Effect.fnUntraced(function*(actor: Actor, filter: TicketFilter, upTo: number) {
      if (filter.q !== undefined && !seesOwnOnly(actor)) {
        const titled = sql`${filtered(actor, filter)} and t.search @@ ${wordsOf(filter.q)}`
        if ((yield* counted(sql`select from tickets t where ${titled} limit ${upTo}`)) === upTo) return upTo
      }
      return yield* counted(sql`select from ${listed(actor, filter)} limit ${upTo}`)
    })

    return { statement, oneByOne, page, count }
  })
}) {
  static readonly layer = Layer.effect(TicketListStore, TicketListStore.make)
}

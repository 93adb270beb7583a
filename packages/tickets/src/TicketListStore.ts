import type { Actor } from "@opsdesk/access/Actor"
import type { Position } from "@opsdesk/capabilities/Cursors"
import { rowsOf } from "@opsdesk/kernel/rows"
import { Context, DateTime, Effect, Layer } from "effect"
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

/** All SQL about lists of tickets. */
export class TicketListStore extends Context.Service<TicketListStore>()("@opsdesk/tickets/TicketListStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /**
     * Tickets in which the words stand, or in a message on them that the actor may read. Whoever sees nothing but what they
     * have asked for themselves has their own tickets looked through: what is said on others makes the search neither
     * slower nor faster. Whoever sees a team's or all tickets would wait too long for that, so there the words are looked
     * up first; an index of words knows no scope, and a match that is hidden is read once, to be left out.
     */
    const mentions = (actor: Actor, q: string): Statement.Fragment => {
      const words = sql`websearch_to_tsquery('english', ${q})`
      // Where it is compared with row after row it is a sub-select, to be made once.
      const query = seesOwnOnly(actor) ? sql`(select ${words})` : words
      const said = sql`m.search @@ ${query} and (
        (m.visibility = 'public' and ${reachable(sql, actor, "message:read")})
        or (m.visibility = 'internal' and ${reachable(sql, actor, "message:read_internal")}))`
      return seesOwnOnly(actor)
        // `offset 0`: looked for on each ticket, or the index of words would be read once for all of them.
        ? sql`(t.search @@ ${query} or exists (select from messages m where m.ticket_id = t.id and ${said} offset 0))`
        : sql`t.id in (
          select t.id from tickets t where t.search @@ ${query} and ${visibleTo(sql, actor)}
          union
          select m.ticket_id from messages m join tickets t on t.id = m.ticket_id where ${said})`
    }

    const matching = (actor: Actor, filter: TicketFilter): Statement.Fragment => {
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
      if (filter.q !== undefined) where.push(mentions(actor, filter.q))
      return sql.and(where)
    }

    const statement = (
      actor: Actor,
      filter: TicketFilter,
      order: ReadonlyArray<OrderKey>,
      position: Position | null,
      rows: number
    ) =>
      sql`
        select t.id, t.number, t.title, t.type, t.status, t.priority, t.requester_id, t.assignee_id, t.team_id,
          t.version, t.created_at, t.updated_at, t.resolved_at, t.closed_at
        from tickets t
        where ${matching(actor, filter)} and ${position === null ? sql`true` : beyond(sql, order, position)}
        order by ${orderBy(sql, order)}
        limit ${rows}`

    const page = (...args: Parameters<typeof statement>) => Effect.flatMap(statement(...args), decodeSummaries)

    const count = (actor: Actor, filter: TicketFilter, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (
            select from tickets t where ${matching(actor, filter)} limit ${upTo}
          ) counted`,
        ([row]) => row?.count ?? 0
      )

    return { statement, page, count }
  })
}) {
  static readonly layer = Layer.effect(TicketListStore, TicketListStore.make)
}

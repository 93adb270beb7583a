import type { Actor } from "@opsdesk/access/Actor"
import { scopesOf } from "@opsdesk/access/Actor"
import type { Permission } from "@opsdesk/access/Permission"
import type { SqlClient, Statement } from "effect/sql"

/** The tickets (alias `t`) that one of the actor's grants of a permission reaches: `TicketPolicy.reaches` in SQL. */
export const reachable = (sql: SqlClient.SqlClient, actor: Actor, permission: Permission): Statement.Fragment => {
  const scopes = scopesOf(actor, permission)
  if (scopes.has("any")) return sql`true`
  const ways: Array<Statement.Fragment> = []
  if (scopes.has("own")) ways.push(sql`t.requester_id = ${actor.userId}`)
  if (scopes.has("team")) {
    ways.push(sql`t.team_id is null`, sql`t.assignee_id = ${actor.userId}`)
    if (actor.teamIds.size > 0) ways.push(sql`t.team_id = any(${[...actor.teamIds]}::uuid[])`)
  }
  return ways.length === 0 ? sql`false` : sql.or(ways)
}

/**
 * The tickets that an actor may see. Every statement that reads tickets for somebody has it in its `where`, so there is
 * no way to a ticket around it.
 */
export const visibleTo = (sql: SqlClient.SqlClient, actor: Actor): Statement.Fragment =>
  reachable(sql, actor, "ticket:read")

/** Whether the actor sees no tickets but those that they have asked for. */
export const seesOwnOnly = (actor: Actor): boolean =>
  [...scopesOf(actor, "ticket:read")].every((scope) => scope === "own")

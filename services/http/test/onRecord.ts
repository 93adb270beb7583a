import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Ask, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** Asks for what must succeed, and gives what it answers. */
export const done = Effect.fnUntraced(function*(method: string, path: string, ask: Ask) {
  const http = yield* TestHttp
  const answer = yield* http.ask(method, path, ask)
  if (answer.status >= 300) {
    return yield* Effect.die(new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`))
  }
  const data: Json = answer.json.data
  return data
})

/** A new ticket. */
export const opened = (as: NonNullable<Ask["as"]>, but: object = {}) =>
  done("POST", "/v1/tickets", { as, body: { title: "No sound", description: "Since this morning.", ...but } })

export interface AuditRow {
  readonly action: string
  readonly actorId: string | null
  readonly entityType: string
  readonly entityId: string | null
  readonly requestId: string | null
  readonly before: Json
  readonly after: Json
}

/** What the record says of a thing, the oldest first. */
export const auditOf = Effect.fnUntraced(function*(entityId: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<AuditRow>`
    select action, actor_id, entity_type, entity_id, request_id, before, after
    from audit_log where entity_id = ${entityId} order by seq`
})

export interface EventRow {
  readonly type: string
  readonly seq: number | null
  readonly actorId: string | null
  readonly requestId: string | null
  readonly traceparent: string | null
  readonly audience: string
  readonly payload: Json
  /** Whether it still waits to be published. */
  readonly waits: boolean
}

/** What the world is told of a thing, in order: events of that ticket, or with that id in their payload. */
export const eventsOf = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<EventRow>`
    select e.type, e.seq, e.actor_id, e.request_id, e.traceparent, e.audience, e.payload,
      exists (select from outbox o where o.position = e.position) as waits
    from events e
    where e.ticket_id = ${id} or e.payload ->> 'userId' = ${id} or e.payload ->> 'teamId' = ${id}
    order by e.position`
})

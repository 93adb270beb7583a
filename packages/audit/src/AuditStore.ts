import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import { AuditEvent } from "./AuditEvent.ts"

export interface AuditFilter {
  readonly entityType?: string
  readonly entityId?: string
  readonly actor?: UserId
  readonly action?: string
  readonly after?: DateTime.Utc
  readonly before?: DateTime.Utc
}

const decodeEvents = Schema.decodeUnknownEffect(Schema.Array(AuditEvent))

/** All SQL that reads the audit. Nothing here writes it: `Journal` does, with the command itself. */
export class AuditStore extends Context.Service<AuditStore>()("@opsdesk/audit/AuditStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const matching = (filter: AuditFilter): Statement.Fragment => {
      const where: Array<Statement.Fragment> = []
      if (filter.entityType !== undefined) where.push(sql`entity_type = ${filter.entityType}`)
      if (filter.entityId !== undefined) where.push(sql`entity_id = ${filter.entityId}`)
      if (filter.actor !== undefined) where.push(sql`actor_id = ${filter.actor}`)
      if (filter.action !== undefined) where.push(sql`action = ${filter.action}`)
      if (filter.after !== undefined) where.push(sql`at > ${DateTime.toDateUtc(filter.after)}`)
      if (filter.before !== undefined) where.push(sql`at < ${DateTime.toDateUtc(filter.before)}`)
      return sql.and(where)
    }

    /** The newest first. */
    const page = (filter: AuditFilter, beforeSeq: number | null, rows: number) =>
      Effect.flatMap(
        sql`
          select id, seq, at, actor_id, action, entity_type, entity_id, request_id, before, after, ip,
            (select encode(s.hash, 'hex') from audit_seals s where s.audit_id = audit_log.id) as hash
          from audit_log
          where ${matching(filter)} and ${beforeSeq === null ? sql`true` : sql`seq < ${beforeSeq}`}
          order by seq desc
          limit ${rows}`,
        decodeEvents
      )

    const count = (filter: AuditFilter, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (select from audit_log where ${matching(filter)} limit ${upTo}) counted`,
        ([row]) => row?.count ?? 0
      )

    return { page, count }
  })
}) {
  static readonly layer = Layer.effect(AuditStore, AuditStore.make)
}

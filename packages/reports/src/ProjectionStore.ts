import type { TicketId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Day } from "./Day.ts"
import type { Count, Duration } from "./TicketFacts.ts"
import { TicketFacts } from "./TicketFacts.ts"
import { TicketNews } from "./TicketNews.ts"

const decodeFacts = Schema.decodeUnknownEffect(Schema.Array(TicketFacts))
const decodeNews = Schema.decodeUnknownEffect(Schema.Array(TicketNews))
const json = Schema.encodeEffect(Schema.fromJsonString(Schema.Unknown))
const factsJson = Schema.encodeEffect(Schema.fromJsonString(Schema.Array(Schema.Struct({
  ...TicketFacts.fields,
  openedAt: Schema.DateTimeUtcFromString
}))))

/** All SQL that keeps a version of the projection. */
export class ProjectionStore extends Context.Service<ProjectionStore>()("@opsdesk/reports/ProjectionStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** What is known of some tickets, held until the transaction ends; in the order of ids, so that nobody waits in a circle. */
    const facts = (version: number, ids: ReadonlyArray<TicketId>) =>
      Effect.flatMap(
        sql`
          select ticket_id, requester_id, team_id, opened_at, responded, settled, last_seq
          from report_tickets
          where version = ${version} and ticket_id = any(${ids}::uuid[])
          order by ticket_id
          for no key update`,
        decodeFacts
      )

    /**
     * What has happened to some tickets that is not counted yet, each ticket's in order. Only what is counted leaves the
     * database, not the texts.
     */
    const news = (version: number, ids: ReadonlyArray<TicketId>) =>
      Effect.flatMap(
        sql`
          select e.ticket_id, e.seq, e.occurred_at as at,
            case
              when e.type = 'ticket.created' then jsonb_build_object('_tag', 'Opened',
                'requesterId', e.payload #> '{ticket,requesterId}', 'teamId', e.payload #> '{ticket,teamId}')
              when e.type = 'ticket.updated' and e.payload -> 'after' ? 'teamId' then
                jsonb_build_object('_tag', 'Handed', 'teamId', e.payload #> '{after,teamId}')
              when e.type = 'ticket.status_changed' then
                jsonb_build_object('_tag', 'Moved', 'to', e.payload -> 'to')
              when e.type = 'message.sent' and e.payload #>> '{message,visibility}' = 'public' then
                jsonb_build_object('_tag', 'Written', 'authorId', e.payload #> '{message,authorId}')
            end as told
          from unnest(${ids}::uuid[]) as t(id)
          left join report_tickets f on f.version = ${version} and f.ticket_id = t.id
          join events e on e.ticket_id = t.id and e.seq > coalesce(f.last_seq, 0)
          order by e.ticket_id, e.seq`,
        decodeNews
      )

    /** Somebody else who has begun with the same ticket is a unique violation, and all of it is undone. */
    const begin = (version: number, all: ReadonlyArray<TicketFacts>) =>
      Effect.flatMap(factsJson(all), (rows) =>
        sql`
          insert into report_tickets (version, ticket_id, requester_id, team_id, opened_at, responded, settled, last_seq)
          select ${version}, f."ticketId", f."requesterId", f."teamId", f."openedAt", f.responded, f.settled, f."lastSeq"
          from jsonb_to_recordset(${rows}::text::jsonb) as f("ticketId" uuid, "requesterId" uuid, "teamId" uuid,
            "openedAt" timestamptz, responded boolean, settled boolean, "lastSeq" integer)`)

    const goOn = (version: number, all: ReadonlyArray<TicketFacts>) =>
      Effect.flatMap(factsJson(all), (rows) =>
        sql`
          update report_tickets r
          set team_id = f."teamId", responded = f.responded, settled = f.settled, last_seq = f."lastSeq"
          from jsonb_to_recordset(${rows}::text::jsonb) as f("ticketId" uuid, "teamId" uuid, responded boolean,
            settled boolean, "lastSeq" integer)
          where r.version = ${version} and r.ticket_id = f."ticketId"`)

    /** In the order of the key, so that nobody waits in a circle. */
    const addCounts = (version: number, counts: ReadonlyArray<Count>) =>
      Effect.flatMap(json(counts), (rows) =>
        sql`
          insert into report_days as d (version, day, team_id, opened, resolved, closed, backlog_change)
          select ${version}, c.day, c."teamId", c.opened, c.resolved, c.closed, c."backlogChange"
          from jsonb_to_recordset(${rows}::text::jsonb) as c(day date, "teamId" uuid, opened integer, resolved integer,
            closed integer, "backlogChange" integer)
          order by c.day, c."teamId"
          on conflict on constraint report_days_version_day_team_id_key do update set
            opened = d.opened + excluded.opened, resolved = d.resolved + excluded.resolved,
            closed = d.closed + excluded.closed, backlog_change = d.backlog_change + excluded.backlog_change`)

    const addDurations = (version: number, durations: ReadonlyArray<Duration>) =>
      Effect.flatMap(json(durations), (rows) =>
        sql`
          insert into report_durations (version, ticket_id, seq, day, team_id, kind, milliseconds)
          select ${version}, d."ticketId", d.seq, d.day, d."teamId", d.kind, d.milliseconds
          from jsonb_to_recordset(${rows}::text::jsonb) as d("ticketId" uuid, seq integer, day date, "teamId" uuid,
            kind text, milliseconds bigint)`)

    /** Opens a day that was closed, and those after it, as their backlog goes on from it. */
    const openFrom = (version: number, day: Day) =>
      sql`delete from report_closings where version = ${version} and day >= ${day}::text::date`

    return { facts, news, begin, goOn, addCounts, addDurations, openFrom }
  })
}) {
  static readonly layer = Layer.effect(ProjectionStore, ProjectionStore.make)
}

import { TeamId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { TeamFigures } from "./DailyReport.ts"
import { DailyReport, nothingOn } from "./DailyReport.ts"
import type { Day } from "./Day.ts"
import { Day as DaySchema } from "./Day.ts"

const Line = Schema.Struct({
  whole: Schema.Boolean,
  teamId: Schema.NullOr(TeamId),
  opened: Schema.Int,
  resolved: Schema.Int,
  closed: Schema.Int,
  backlog: Schema.Int,
  response: Schema.NullOr(Schema.Number),
  resolution: Schema.NullOr(Schema.Number)
})

const decodeLines = Schema.decodeUnknownEffect(Schema.Array(Line))
const decodeClosings = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ report: DailyReport })))
const decodeDays = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ day: Schema.NullOr(DaySchema) })]))
const reportJson = Schema.encodeEffect(Schema.fromJsonString(DailyReport))

const seconds = (milliseconds: number | null) => milliseconds === null ? null : Math.round(milliseconds / 1000)

const figuresOf = ({ resolution, response, teamId, ...line }: typeof Line.Type): TeamFigures => ({
  teamId,
  opened: line.opened,
  resolved: line.resolved,
  closed: line.closed,
  backlog: line.backlog,
  medianFirstResponseSeconds: seconds(response),
  medianResolutionSeconds: seconds(resolution)
})

const reportOf = (date: Day, lines: ReadonlyArray<typeof Line.Type>): DailyReport => {
  const whole = lines.find((line) => line.whole)
  if (whole === undefined) return nothingOn(date)
  const { teamId: _, ...figures } = figuresOf(whole)
  return { date, ...figures, teams: lines.filter((line) => !line.whole).map(figuresOf) }
}

/** A version by its number, or whichever is served when the statement runs: it cannot be swept away in between. */
export type Which = number | "serving"

/** All SQL that reads and closes days. */
export class ReportStore extends Context.Service<ReportStore>()("@opsdesk/reports/ReportStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const version = (which: Which) =>
      which === "serving" ? sql`(select id from report_versions where state = 'serving')` : sql`${which}`

    const closed = (which: Which, day: Day) =>
      Effect.map(
        Effect.flatMap(
          sql`select report from report_closings where version = ${version(which)} and day = ${day}::text::date`,
          decodeClosings
        ),
        ([closing]) => closing?.report ?? null
      )

    /**
     * The statement of a day that is not closed: what was counted on it, on top of the backlog of the newest closing
     * before it and what has changed since. It looks at the day, and at the days since that closing.
     */
    const statement = (which: Which, day: Day) =>
      sql`
        with base as (
          select day, report from report_closings
          where version = ${version(which)} and day < ${day}::text::date
          order by day desc
          limit 1
        ), parts as (
          select team_id, opened, resolved, closed, backlog_change as backlog
          from report_days where version = ${version(which)} and day = ${day}::text::date
          union all
          select team_id, 0, 0, 0, backlog_change
          from report_days
          where version = ${version(which)} and day < ${day}::text::date
            and day > coalesce((select day from base), '-infinity')
          union all
          select t."teamId", 0, 0, 0, t.backlog
          from base, jsonb_to_recordset(base.report -> 'teams') as t("teamId" uuid, backlog integer)
          union all
          select distinct team_id, 0, 0, 0, 0
          from report_durations where version = ${version(which)} and day = ${day}::text::date
        ), sums as (
          select grouping(team_id) = 1 as whole, team_id, coalesce(sum(opened), 0)::integer as opened,
            coalesce(sum(resolved), 0)::integer as resolved, coalesce(sum(closed), 0)::integer as closed,
            coalesce(sum(backlog), 0)::integer as backlog
          from parts group by grouping sets ((team_id), ())
        ), medians as (
          select grouping(team_id) = 1 as whole, team_id,
            percentile_cont(0.5) within group (order by milliseconds) filter (where kind = 'response') as response,
            percentile_cont(0.5) within group (order by milliseconds) filter (where kind = 'resolution') as resolution
          from report_durations where version = ${version(which)} and day = ${day}::text::date
          group by grouping sets ((team_id), ())
        )
        select s.whole, s.team_id, s.opened, s.resolved, s.closed, s.backlog, m.response, m.resolution
        from sums s
        left join medians m on m.whole = s.whole and m.team_id is not distinct from s.team_id
        where s.whole or (s.opened, s.resolved, s.closed, s.backlog) <> (0, 0, 0, 0)
          or m.response is not null or m.resolution is not null
        order by s.whole, s.team_id nulls last`

    const counted = (which: Which, day: Day) =>
      Effect.map(Effect.flatMap(statement(which, day), decodeLines), (lines) => reportOf(day, lines))

    /** The day after the newest closing, or the first day of which anything is known; null where there is none. */
    const nextToClose = (which: number) =>
      Effect.map(
        Effect.flatMap(
          sql`
            select coalesce(
              (select max(day) + 1 from report_closings where version = ${which}),
              (select min(day) from report_days where version = ${which})
            )::text as day`,
          decodeDays
        ),
        ([{ day }]) => day
      )

    /** Of however many who close a day the first does. */
    const close = (which: number, report: DailyReport) =>
      Effect.flatMap(reportJson(report), (json) =>
        sql`
          insert into report_closings (version, day, report)
          values (${which}, ${report.date}::text::date, ${json}::text::jsonb)
          on conflict on constraint report_closings_pkey do nothing`)

    return { closed, statement, counted, nextToClose, close }
  })
}) {
  static readonly layer = Layer.effect(ReportStore, ReportStore.make)
}

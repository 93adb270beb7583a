import { TeamId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"
import { Day } from "./Day.ts"

const count = (description: string, example: number) => Schema.Int.annotate({ description, examples: [example] })
const median = (description: string, example: number) =>
  Schema.NullOr(Schema.Int).annotate({ description, examples: [example] })

const figures = {
  opened: count("Tickets opened on that day", 12),
  resolved: count("Moves to resolved on that day; a ticket resolved twice counts twice", 9),
  closed: count("Moves to closed on that day", 7),
  backlog: count("Tickets neither resolved nor closed at the end of the day; for today, now", 31),
  medianFirstResponseSeconds: median(
    "Of the first responses of that day, from the ticket's opening: a first response is the first public message by somebody other than the requester. Null without any",
    840
  ),
  medianResolutionSeconds: median(
    "Of the moves to resolved of that day, from the ticket's opening. Null without any",
    19_860
  )
}

/** What happened on one day to the tickets of one team, or of none. */
export const TeamFigures = Schema.Struct({
  teamId: Schema.NullOr(TeamId).annotate({ description: "Null: tickets of no team" }),
  ...figures
}).annotate({ identifier: "TeamFigures" })
export type TeamFigures = typeof TeamFigures.Type

/** What happened on one day; `teams` has those of whom there is something to say, no team last. */
export const DailyReport = Schema.Struct({
  date: Day,
  ...figures,
  teams: Schema.Array(TeamFigures)
}).annotate({ identifier: "DailyReport" })
export type DailyReport = typeof DailyReport.Type

/** The report of a day without anything. */
export const nothingOn = (date: Day): DailyReport => ({
  date,
  opened: 0,
  resolved: 0,
  closed: 0,
  backlog: 0,
  medianFirstResponseSeconds: null,
  medianResolutionSeconds: null,
  teams: []
})

import type { Priority, TicketStatus, TicketType } from "@opsdesk/client/things"
import { DateTime } from "effect"

export const statusWords: Readonly<Record<TicketStatus, string>> = {
  open: "Open",
  in_progress: "In progress",
  waiting: "Waiting",
  resolved: "Resolved",
  closed: "Closed"
}

export const priorityWords: Readonly<Record<Priority, string>> = {
  low: "Low",
  normal: "Normal",
  high: "High",
  urgent: "Urgent"
}

export const typeWords: Readonly<Record<TicketType, string>> = { incident: "Incident", request: "Request" }

/** What the parts of a ticket are called within a sentence. */
export const partWords = {
  title: "title",
  description: "description",
  priority: "priority",
  type: "type",
  teamId: "team",
  status: "status",
  assigneeId: "assignee"
} as const

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" })
const full = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" })

const steps: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60]
]

/** "3 min. ago"; what is older than a month is said as a date. */
export const ago = (at: DateTime.Utc, now: DateTime.Utc): string => {
  const seconds = (DateTime.toEpochMillis(now) - DateTime.toEpochMillis(at)) / 1000
  if (seconds < 45) return "just now"
  if (seconds > 30 * 86_400) return full.format(DateTime.toEpochMillis(at))
  const [unit, length] = steps.find(([, length]) => seconds >= length) ?? ["minute", 60]
  return relative.format(-Math.round(seconds / length), unit)
}

export const inFull = (at: DateTime.Utc): string => full.format(DateTime.toEpochMillis(at))

/** "Ada", "Ada and Amir", "Ada, Amir and 2 more". */
export const listed = (names: ReadonlyArray<string>): string => {
  const distinct = [...new Set(names)]
  const [first = "", second = "", ...more] = distinct
  if (distinct.length < 2) return first
  return more.length === 0 ? `${first} and ${second}` : `${first}, ${second} and ${more.length} more`
}

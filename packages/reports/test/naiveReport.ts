import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { DailyReport } from "../src/DailyReport.ts"
import type { Day } from "../src/Day.ts"

interface Ticket {
  readonly id: string
  readonly requesterId: string
  readonly createdAt: Date
}
interface Move {
  readonly ticketId: string
  readonly to: string
  readonly at: Date
}
interface Message {
  readonly ticketId: string
  readonly authorId: string
  readonly at: Date
}
interface Handing {
  readonly ticketId: string
  readonly teamId: string | null
  readonly at: Date
}

/** Everything that the desks have written down, and no event. */
export const written = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return {
    tickets: yield* sql<Ticket>`select id, requester_id, created_at from tickets`,
    moves: yield* sql<Move>`select ticket_id, to_status as "to", at from ticket_status_history order by ticket_id, seq`,
    messages: yield* sql<Message>`
      select ticket_id, author_id, created_at as at from messages where visibility = 'public' order by ticket_id, seq`,
    handings: yield* sql<Handing>`
      select entity_id as ticket_id, after ->> 'teamId' as team_id, at from audit_log
      where entity_type = 'ticket' and action in ('ticket.created', 'ticket.updated') and after ? 'teamId'
      order by seq`
  }
})

type Written = Effect.Success<typeof written>

const medianOf = (times: ReadonlyArray<number>): number | null => {
  const sorted = times.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? null : Math.round((upper + lower) / 2 / 1000)
}

/** The report of a day as somebody would work it out who knows no projection: over all tickets, each time. */
export const naiveReport = (all: Written, date: Day): DailyReport => {
  const start = new Date(`${date}T00:00:00Z`).getTime()
  const end = start + 86_400_000
  const isThatDay = (at: Date) => at.getTime() >= start && at.getTime() < end
  const teamAt = (ticketId: string, at: number) =>
    all.handings.findLast((handing) => handing.ticketId === ticketId && handing.at.getTime() <= at)?.teamId ?? null
  const of = (ticketId: string) => all.tickets.find(({ id }) => id === ticketId)
  const opened = all.tickets.filter(({ createdAt }) => isThatDay(createdAt))
    .map(({ createdAt, id }) => teamAt(id, createdAt.getTime()))
  const movesTo = (status: string) => all.moves.filter(({ at, to }) => to === status && isThatDay(at))
  const teamOf = ({ at, ticketId }: { readonly at: Date; readonly ticketId: string }) => teamAt(ticketId, at.getTime())
  const waiting = all.tickets.filter(({ createdAt, id }) => {
    const last = all.moves.findLast(({ at, ticketId }) => ticketId === id && at.getTime() < end)
    return createdAt.getTime() < end && last !== undefined && !["resolved", "closed"].includes(last.to)
  }).map(({ id }) => teamAt(id, end - 1))
  const since = ({ at, ticketId }: { readonly at: Date; readonly ticketId: string }) =>
    at.getTime() - (of(ticketId)?.createdAt.getTime() ?? Number.NaN)
  const responses = all.tickets.flatMap(({ id, requesterId }) =>
    all.messages.find(({ authorId, ticketId }) => ticketId === id && authorId !== requesterId) ?? []
  ).filter(({ at }) => isThatDay(at))
  const figures = (counts: (team: string | null) => boolean) => ({
    opened: opened.filter(counts).length,
    resolved: movesTo("resolved").filter((move) => counts(teamOf(move))).length,
    closed: movesTo("closed").filter((move) => counts(teamOf(move))).length,
    backlog: waiting.filter(counts).length,
    medianFirstResponseSeconds: medianOf(responses.filter((one) => counts(teamOf(one))).map(since)),
    medianResolutionSeconds: medianOf(movesTo("resolved").filter((one) => counts(teamOf(one))).map(since))
  })
  const teams = [...new Set(all.handings.flatMap(({ teamId }) => teamId ?? []))].toSorted()
  return JSON.parse(JSON.stringify({
    date,
    ...figures(() => true),
    teams: [...teams, null].map((teamId) => ({ teamId, ...figures((team) => team === teamId) }))
      .filter(({ teamId: _, ...line }) => Object.values(line).some((value) => value !== 0 && value !== null))
  }))
}

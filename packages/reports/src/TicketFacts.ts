import { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { DateTime, Schema } from "effect"
import type { Day } from "./Day.ts"
import { dayOf } from "./Day.ts"
import type { TicketNews } from "./TicketNews.ts"

/** What has to be known of a ticket to count what happens to it next. */
export const TicketFacts = Schema.Struct({
  ticketId: TicketId,
  requesterId: UserId,
  teamId: Schema.NullOr(TeamId),
  openedAt: Schema.DateTimeUtcFromDate,
  responded: Schema.Boolean,
  settled: Schema.Boolean,
  lastSeq: Schema.Int
})
export type TicketFacts = typeof TicketFacts.Type

/** Something to add to the figures of a day and team. */
export interface Count {
  readonly day: Day
  readonly teamId: TeamId | null
  readonly opened: number
  readonly resolved: number
  readonly closed: number
  readonly backlogChange: number
}

/** How long a first response or a resolution took. */
export interface Duration {
  readonly ticketId: TicketId
  readonly seq: number
  readonly day: Day
  readonly teamId: TeamId | null
  readonly kind: "response" | "resolution"
  readonly milliseconds: number
}

export interface Step {
  /** Null as long as nothing has told that the ticket was opened: it does not count. */
  readonly facts: TicketFacts | null
  readonly counts: ReadonlyArray<Count>
  readonly durations: ReadonlyArray<Duration>
}

const step = (
  facts: TicketFacts | null,
  counts: ReadonlyArray<Count>,
  durations: ReadonlyArray<Duration> = []
): Step => ({
  facts,
  counts,
  durations
})

const count = (
  at: DateTime.Utc,
  teamId: TeamId | null,
  more: Partial<Omit<Count, "day" | "teamId">>
): Count => ({ day: dayOf(at), teamId, opened: 0, resolved: 0, closed: 0, backlogChange: 0, ...more })

/** Clocks of two programs may differ: nothing took less than no time. */
const took = (facts: TicketFacts, kind: Duration["kind"], { at, seq }: TicketNews): Duration => ({
  ticketId: facts.ticketId,
  seq,
  day: dayOf(at),
  teamId: facts.teamId,
  kind,
  milliseconds: Math.max(0, DateTime.toEpochMillis(at) - DateTime.toEpochMillis(facts.openedAt))
})

const opened = (news: TicketNews, requesterId: UserId, teamId: TeamId | null): Step =>
  step(
    {
      ticketId: news.ticketId,
      requesterId,
      teamId,
      openedAt: news.at,
      responded: false,
      settled: false,
      lastSeq: news.seq
    },
    [count(news.at, teamId, { opened: 1, backlogChange: 1 })]
  )

/** What is waited for goes over to the other team's backlog; what was counted before stays where it was. */
const handed = (facts: TicketFacts, { at }: TicketNews, teamId: TeamId | null): Step =>
  step(
    { ...facts, teamId },
    facts.settled || facts.teamId === teamId
      ? []
      : [count(at, facts.teamId, { backlogChange: -1 }), count(at, teamId, { backlogChange: 1 })]
  )

const moved = (facts: TicketFacts, news: TicketNews, to: string): Step => {
  const resolved = to === "resolved"
  const closed = to === "closed"
  const settled = resolved || closed
  const counted = count(news.at, facts.teamId, {
    resolved: resolved ? 1 : 0,
    closed: closed ? 1 : 0,
    backlogChange: Number(facts.settled) - Number(settled)
  })
  const counts = settled || counted.backlogChange !== 0 ? [counted] : []
  return step({ ...facts, settled }, counts, resolved ? [took(facts, "resolution", news)] : [])
}

const written = (facts: TicketFacts, news: TicketNews, authorId: UserId): Step =>
  facts.responded || authorId === facts.requesterId
    ? step(facts, [])
    : step({ ...facts, responded: true }, [], [took(facts, "response", news)])

/** What one event changes: the facts after it, and what it adds to the figures. */
const follow = (facts: TicketFacts | null, news: TicketNews): Step => {
  const { told } = news
  if (told?._tag === "Opened") return facts === null ? opened(news, told.requesterId, told.teamId) : step(facts, [])
  if (facts === null || told === null) return step(facts, [])
  switch (told._tag) {
    case "Handed":
      return handed(facts, news, told.teamId)
    case "Moved":
      return moved(facts, news, told.to)
    case "Written":
      return written(facts, news, told.authorId)
  }
}

/** What the news of one ticket, in order, make of its facts. What was counted already counts no more. */
export const followAll = (before: TicketFacts | null, news: ReadonlyArray<TicketNews>): Step =>
  news.reduce<Step>(({ counts, durations, facts }, one) => {
    if (facts !== null && one.seq <= facts.lastSeq) return { facts, counts, durations }
    const next = follow(facts, one)
    return {
      facts: next.facts === null ? null : { ...next.facts, lastSeq: one.seq },
      counts: [...counts, ...next.counts],
      durations: [...durations, ...next.durations]
    }
  }, step(before, []))

/** Counts of the same day and team as one. */
export const added = (counts: ReadonlyArray<Count>): ReadonlyArray<Count> => {
  const sums = new Map<string, Count>()
  for (const one of counts) {
    const key = `${one.day} ${one.teamId}`
    const sum = sums.get(key)
    sums.set(
      key,
      sum === undefined ? one : {
        ...one,
        opened: sum.opened + one.opened,
        resolved: sum.resolved + one.resolved,
        closed: sum.closed + one.closed,
        backlogChange: sum.backlogChange + one.backlogChange
      }
    )
  }
  return [...sums.values()]
}

import type { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { MessagePages } from "@opsdesk/messages/MessagePages"
import type { MessagePage, MessageWindow, SeenTicket } from "@opsdesk/messages/MessagePages"
import { TicketPages } from "@opsdesk/tickets/TicketPages"
import type { HistoryPage } from "@opsdesk/tickets/TicketPages"
import { PeopleDesk } from "@opsdesk/users/PeopleDesk"
import type { Team } from "@opsdesk/users/Team"
import type { User } from "@opsdesk/users/User"
import DataLoader from "dataloader"
import type { Effect } from "effect"
import { Result } from "effect"
import type { GraphServices } from "./graphContext.ts"
import { errorOf } from "./problems.ts"
import type { AnyProblem } from "./problems.ts"
import type { TicketRow } from "./rows.ts"
import type { Running } from "./run.ts"

/** What is found of each key, in the order of the keys. */
const inOrder = <Key, Row, Found>(
  keys: ReadonlyArray<Key>,
  rows: ReadonlyArray<Row>,
  keyOf: (row: Row) => Key,
  of: (row: Row | undefined) => Found
) => {
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.map((key) => of(found.get(key)))
}

/** A ticket, and whose it is now. */
const asSeen = (ticket: TicketRow): SeenTicket => ({ ...ticket, ...ticket.standing })

interface Named<Id> {
  readonly id: Id
  readonly name: string
}

/**
 * What the fields of one request want to know, gathered so that each level of its answer asks once. They belong to one
 * request and so to one actor: what one person was told is never there for another.
 */
export const makeLoaders = ({ run, whenIdle }: Running<GraphServices>, requestId: string | null) => {
  const byId = <Id extends string, Row extends { readonly id: Id }>(
    read: (ids: ReadonlyArray<Id>) => Effect.Effect<ReadonlyArray<Row>, unknown, GraphServices>
  ) =>
    new DataLoader<Id, Row | undefined>(async (ids) => inOrder(ids, await run(read(ids)), ({ id }) => id, (row) => row))

  /** Names are asked for last: whom the rest of the answer names is asked for in the same statement. */
  const names = <Id extends string>(
    read: (ids: ReadonlyArray<Id>) => Effect.Effect<ReadonlyArray<Named<Id>>, unknown, GraphServices>
  ) =>
    new DataLoader<Id, string>(
      async (ids) =>
        inOrder(ids, await run(read(ids)), ({ id }) => id, (row) => row?.name ?? new Error("named, and not there")),
      { batchScheduleFn: whenIdle }
    )

  /** One loader for each way of asking, keyed by the ticket. */
  const perTicket = <Args, Value>(
    wayOf: (args: Args) => string,
    read: (
      tickets: ReadonlyArray<SeenTicket>,
      args: Args
    ) => Effect.Effect<ReadonlyArray<Result.Result<Value, AnyProblem>>, unknown, GraphServices>
  ) => {
    const known = new Map<string, DataLoader<TicketRow, Value, TicketId>>()
    const made = (args: Args) =>
      new DataLoader<TicketRow, Value, TicketId>(
        async (tickets) =>
          (await run(read(tickets.map(asSeen), args))).map((one) =>
            Result.isSuccess(one) ? one.success : errorOf(one.failure, requestId)
          ),
        { cacheKeyFn: ({ id }) => id }
      )
    return (ticket: TicketRow, args: Args): Promise<Value> => {
      const way = wayOf(args)
      const loader = known.get(way) ?? made(args)
      known.set(way, loader)
      return loader.load(ticket)
    }
  }

  return {
    names: names<UserId>((ids) => PeopleDesk.use((desk) => desk.namesOf(ids))),
    accounts: byId<UserId, User>((ids) => PeopleDesk.use((desk) => desk.accountsOf(ids))),
    teamNames: names<TeamId>((ids) => PeopleDesk.use((desk) => desk.teamNamesOf(ids))),
    teams: byId<TeamId, Team>((ids) => PeopleDesk.use((desk) => desk.teamsOf(ids))),
    texts: byId<TicketId, { readonly id: TicketId; readonly description: string }>((ids) =>
      TicketPages.use((desk) => desk.texts(ids))
    ),
    messages: perTicket<MessageWindow, MessagePage>(
      wayOfWindow,
      (tickets, window) => MessagePages.use((desk) => desk.pages(tickets, window))
    ),
    messageCounts: perTicket<null, number>(() => "", (tickets) => MessagePages.use((desk) => desk.counts(tickets))),
    history: perTicket<MessageWindow, HistoryPage>(
      wayOfWindow,
      (tickets, { cursor, limit }) => TicketPages.use((desk) => desk.histories(tickets, limit, cursor))
    )
  }
}

const wayOfWindow = ({ cursor, limit, newest }: MessageWindow): string => `${newest} ${limit} ${cursor ?? ""}`

export type Loaders = ReturnType<typeof makeLoaders>

import type { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { MessagePages } from "@opsdesk/messages/MessagePages"
import type { MessagePage, MessageWindow } from "@opsdesk/messages/MessagePages"
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
import type { Run } from "./run.ts"

/** Rows in the order of the keys, undefined where there is none. */
const inOrder = <Key, Row>(keys: ReadonlyArray<Key>, rows: ReadonlyArray<Row>, keyOf: (row: Row) => Key) => {
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.map((key) => found.get(key))
}

/**
 * What the fields of one request want to know, gathered so that each level of its answer asks once. They belong to one
 * request and so to one actor: what one person was told is never there for another.
 */
export const makeLoaders = (run: Run<GraphServices>, requestId: string | null) => {
  const byId = <Id extends string, Row extends { readonly id: Id }>(
    read: (ids: ReadonlyArray<Id>) => Effect.Effect<ReadonlyArray<Row>, unknown, GraphServices>
  ) => new DataLoader<Id, Row | undefined>(async (ids) => inOrder(ids, await run(read(ids)), ({ id }) => id))

  /** One loader for each way of asking, keyed by the ticket. */
  const perTicket = <Args, Value>(
    read: (
      tickets: ReadonlyArray<TicketRow>,
      args: Args
    ) => Effect.Effect<ReadonlyArray<Result.Result<Value, AnyProblem>>, unknown, GraphServices>
  ) => {
    const known = new Map<string, DataLoader<TicketRow, Value, TicketId>>()
    return (ticket: TicketRow, args: Args): Promise<Value> => {
      const way = JSON.stringify(args)
      const loader = known.get(way) ?? new DataLoader<TicketRow, Value, TicketId>(
        async (tickets) =>
          (await run(read(tickets, args))).map((one) =>
            Result.isSuccess(one) ? one.success : errorOf(one.failure, requestId)
          ),
        { cacheKeyFn: ({ id }) => id }
      )
      known.set(way, loader)
      return loader.load(ticket)
    }
  }

  return {
    names: byId<UserId, { readonly id: UserId; readonly name: string }>((ids) =>
      PeopleDesk.use((desk) => desk.namesOf(ids))
    ),
    accounts: byId<UserId, User>((ids) => PeopleDesk.use((desk) => desk.accountsOf(ids))),
    teamNames: byId<TeamId, { readonly id: TeamId; readonly name: string }>((ids) =>
      PeopleDesk.use((desk) => desk.teamNamesOf(ids))
    ),
    teams: byId<TeamId, Team>((ids) => PeopleDesk.use((desk) => desk.teamsOf(ids))),
    texts: byId<TicketId, { readonly id: TicketId; readonly description: string }>((ids) =>
      TicketPages.use((desk) => desk.texts(ids))
    ),
    messages: perTicket<MessageWindow, MessagePage>((tickets, window) =>
      MessagePages.use((desk) => desk.pages(tickets, window))
    ),
    messageCounts: perTicket<null, number>((tickets) => MessagePages.use((desk) => desk.counts(tickets))),
    history: perTicket<{ readonly limit: number; readonly cursor: string | undefined }, HistoryPage>(
      (tickets, { cursor, limit }) => TicketPages.use((desk) => desk.histories(tickets, limit, cursor))
    )
  }
}

export type Loaders = ReturnType<typeof makeLoaders>

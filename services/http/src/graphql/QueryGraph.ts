import { CurrentActor } from "@opsdesk/access/Actor"
import { AuditDesk } from "@opsdesk/audit/AuditDesk"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import type { Page } from "@opsdesk/kernel/Page"
import { TicketPages } from "@opsdesk/tickets/TicketPages"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Effect } from "effect"
import { auditAsked, idOf, inRelayTerms, ticketRef, ticketsAsked } from "./arguments.ts"
import type { Connection } from "./connection.ts"
import type { Resolvers } from "./types.ts"

const userId = idOf(UserId)
const teamId = idOf(TeamId)

const pageOf = <Row>(
  { data, page }: Page<Row>,
  after: string | undefined,
  rest: Pick<Connection<Row>, "cursorsAt" | "total">
): Connection<Row> => ({
  rows: data,
  hasNextPage: page.nextCursor !== null,
  hasPreviousPage: after !== undefined,
  ...rest
})

/** Where reading begins: each field asks the desk that the REST interface asks. */
export const QueryGraph: Resolvers = {
  Query: {
    me: (_, __, { run }) =>
      run(Effect.map(
        UserDesk.use((desk) => desk.me()),
        ({ permissions, user }) => ({ user: { id: user.id, account: user }, permissions })
      )),
    user: (_, { id }, { run }) =>
      run(Effect.map(
        Effect.flatMap(userId(id), (id) => UserDesk.use((desk) => desk.get(id))),
        (account) => ({ id: account.id, account })
      )),
    team: (_, { id }, { run }) =>
      run(Effect.map(
        Effect.flatMap(teamId(id), (id) => TeamDesk.use((desk) => desk.get(id))),
        (team) => ({ id: team.id, team })
      )),
    ticket: async (_, { id }, { note, run }) => {
      const ticket = await run(Effect.flatMap(ticketRef(id), (ref) => TicketQueue.use((desk) => desk.get(ref))))
      note.ticketId(ticket.id)
      return ticket
    },
    tickets: (_, args, { run }) =>
      run(inRelayTerms(Effect.gen(function*() {
        const { cursor, limit, sort, include: __, ...filter } = yield* ticketsAsked(args)
        if (filter.q !== undefined) {
          const { userId } = yield* CurrentActor
          yield* RateLimits.use((limits) => limits.spend("searches", userId))
        }
        const page = yield* TicketQueue.use((desk) => desk.list(filter, sort, { limit, cursor }))
        return pageOf(page, cursor, {
          cursorsAt: (rows) => run(TicketPages.use((desk) => desk.cursorsAt(filter, sort, rows))),
          total: () => run(TicketPages.use((desk) => desk.count(filter)))
        })
      }))),
    auditEvents: (_, args, { run }) =>
      run(inRelayTerms(Effect.gen(function*() {
        const { cursor, limit, include: __, ...filter } = yield* auditAsked(args)
        const page = yield* AuditDesk.use((desk) => desk.list(filter, { limit, cursor }))
        return pageOf(page, cursor, {
          cursorsAt: (rows) => run(AuditDesk.use((desk) => desk.cursorsAt(filter, rows))),
          total: () => run(AuditDesk.use((desk) => desk.count(filter)))
        })
      })))
  }
}

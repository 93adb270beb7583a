import { Transaction } from "@opsdesk/capabilities/Transaction"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { as, teamIdOf } from "@opsdesk/testkit/actors"
import type { NewTicket, Ticket } from "@opsdesk/tickets/Ticket"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { NotificationRules } from "../src/NotificationRules.ts"

const decode = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ ...EventEnvelope.fields, occurredAt: Schema.DateTimeUtcFromDate }))
)

/** Everything that has happened to a ticket, as consumers get it. */
export const eventsOf = ({ id }: Pick<Ticket, "id">) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* Effect.flatMap(
      sql`
        select id, position, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent, payload
        from events where ticket_id = ${id} order by seq`,
      decode
    )
  })

/** Carla opens a ticket with Support. */
export const openedByCarla = (but: Partial<NewTicket> = {}) =>
  TicketDesk.use(({ open }) =>
    open({
      title: "No sound",
      description: "Since this morning.",
      type: "incident",
      priority: "normal",
      teamId: teamIdOf("Support"),
      ...but
    })
  ).pipe(as("carla"))

/** The consumer gets these, in a transaction of its own. */
export const hear = (events: ReadonlyArray<EventEnvelope>) =>
  Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const rules = yield* NotificationRules
    yield* atomic(rules.hear(events))
  })

/** What is to be sent of a ticket, and what became of it. */
export const deliveriesOf = ({ id }: Pick<Ticket, "id">) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* sql<{ channel: string; state: string; attempts: number; error: string | null }>`
      select d.channel, d.state, d.attempts, d.error
      from notification_deliveries d join events e on e.id = d.event_id
      where e.ticket_id = ${id}
      order by e.seq, d.channel`
  })

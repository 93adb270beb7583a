import { TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TicketStatus } from "./Ticket.ts"

const Placed = Schema.Struct({
  id: TicketId,
  number: Schema.Int,
  requesterId: UserId,
  statuses: Schema.Array(TicketStatus),
  assigneeIds: Schema.Array(Schema.NullOr(UserId)),
  teamIds: Schema.Array(Schema.NullOr(TeamId))
})
export type Placed = typeof Placed.Type

const decodePlaced = Schema.decodeUnknownEffect(Schema.Array(Placed))

/** All SQL about where tickets have stood. */
export class TicketPlaceStore extends Context.Service<TicketPlaceStore>()("@opsdesk/tickets/TicketPlaceStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /**
     * Some tickets, with what they had of each kind from before an event on: what they have now, and what each event
     * since then has taken from them. So a place that a ticket was in for a moment is among them too.
     */
    const since = (tickets: ReadonlyArray<{ readonly id: string; readonly seq: number }>) =>
      Effect.flatMap(
        sql`
          select t.id, t.number, t.requester_id,
            array(select t.status union
                  select e.payload->>'from' from events e
                  where e.ticket_id = t.id and e.seq >= w.seq and e.type = 'ticket.status_changed') as statuses,
            array(select t.assignee_id union
                  select (e.payload->>'from')::uuid from events e
                  where e.ticket_id = t.id and e.seq >= w.seq and e.type = 'ticket.assigned') as assignee_ids,
            array(select t.team_id union
                  select (e.payload->'before'->>'teamId')::uuid from events e
                  where e.ticket_id = t.id and e.seq >= w.seq and e.type = 'ticket.updated'
                    and e.payload->'before' ? 'teamId') as team_ids
          from unnest(${tickets.map(({ id }) => id)}::uuid[], ${
          tickets.map(({ seq }) => seq)
        }::integer[]) as w (id, seq)
          join tickets t on t.id = w.id`,
        decodePlaced
      )

    return { since }
  })
}) {
  static readonly layer = Layer.effect(TicketPlaceStore, TicketPlaceStore.make)
}

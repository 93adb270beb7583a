import { Rights } from "@opsdesk/access/Rights"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { NotificationId } from "@opsdesk/kernel/Ids"
import { TicketDirectory } from "@opsdesk/tickets/TicketDirectory"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { DeliveryStore } from "./DeliveryStore.ts"
import type { Happening } from "./Happening.ts"
import { happeningOf, isInternal } from "./Happening.ts"
import type { Deed } from "./hearers.ts"
import { concernedBy, hearersOf } from "./hearers.ts"
import { NotificationStore } from "./NotificationStore.ts"

interface Told {
  readonly event: EventEnvelope
  readonly ticketId: TicketId
  readonly happening: Happening
}

/**
 * Decides who hears of what, and writes that down, with what is to be sent of it: the consumer `notifications`. Inside the
 * caller's transaction, and in as many statements for a hundred events as for one. What it hears again it does not tell
 * again, but for what could not be sent: that is tried anew.
 */
export class NotificationRules extends Context.Service<NotificationRules>()(
  "@opsdesk/notifications/NotificationRules",
  {
    make: Effect.gen(function*() {
      const notifications = yield* NotificationStore
      const deliveries = yield* DeliveryStore
      const tickets = yield* TicketDirectory
      const rights = yield* Rights
      const random = yield* SecureRandom.SecureRandom

      const toldOf = Effect.fnUntraced(function*(event: EventEnvelope) {
        const happening = event.ticketId === null ? null : yield* happeningOf(event)
        const told: ReadonlyArray<Told> = event.ticketId === null || happening === null
          ? []
          : [{ event, ticketId: event.ticketId, happening }]
        return told
      })

      const heardBy = Effect.fnUntraced(function*(all: ReadonlyArray<Told>) {
        const known = yield* tickets.concerned([...new Set(all.map(({ ticketId }) => ticketId))])
        const then = new Map(
          (yield* notifications.assigneesThen(all.map(({ event }) => event.id))).map((row) => [row.id, row])
        )
        const told = all.flatMap(({ event, happening, ticketId }) => {
          const ticket = known.get(ticketId)
          if (ticket === undefined) return []
          const had = then.get(event.id)
          const deed: Deed = { ...event, assigneeId: had?.known === true ? had.assigneeId : ticket.assigneeId }
          return [{ event, happening, ticket, deed }]
        })
        const people = told.flatMap(({ deed, ticket }) => concernedBy(ticket, deed))
        const actors = yield* rights.actorsNow([...new Set(people.map(({ userId }) => userId))])
        return told.flatMap(({ deed, event, happening, ticket }) =>
          hearersOf(happening, ticket, deed, actors).map((hearer) => ({
            ...hearer,
            eventId: event.id,
            ticketNumber: ticket.number,
            ticketTitle: ticket.title
          }))
        )
      })

      const hear = Effect.fn("NotificationRules.hear")(function*(events: ReadonlyArray<EventEnvelope>) {
        const told = (yield* Effect.forEach(events, toldOf)).flat()
        if (told.length === 0) return
        const heard = yield* Effect.forEach(
          yield* heardBy(told),
          (hearer) => Effect.map(random.uuidV7(), (id) => ({ ...hearer, id: NotificationId.make(id) }))
        )
        const at = yield* DateTime.now
        const mails = yield* notifications.insert(heard)
        // Nobody knows who reads along where the webhook leads: internal notes stay inside.
        const posts = told.filter(({ happening }) => !isInternal(happening)).map(({ event }) => event.id)
        yield* deliveries.insert({ mails, posts }, at)
        yield* deliveries.revive(told.map(({ event }) => event.id), at)
      })

      return { hear }
    })
  }
) {
  static readonly layer = Layer.effect(NotificationRules, NotificationRules.make).pipe(
    Layer.provide([NotificationStore.layer, DeliveryStore.layer, TicketDirectory.layer, Rights.layer])
  )
}

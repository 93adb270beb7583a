import type { Actor } from "@opsdesk/access/Actor"
import { Rights } from "@opsdesk/access/Rights"
import type { Mail, Post } from "@opsdesk/capabilities/Notifier"
import { PublicUrl } from "@opsdesk/capabilities/PublicUrl"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { UserId } from "@opsdesk/kernel/Ids"
import { TicketDirectory } from "@opsdesk/tickets/TicketDirectory"
import type { Concerned } from "@opsdesk/tickets/Watcher"
import { UserDirectory } from "@opsdesk/users/UserDirectory"
import { Context, Effect, Layer } from "effect"
import type { Delivery } from "./DeliveryStore.ts"
import { DeliveryStore } from "./DeliveryStore.ts"
import type { Happening } from "./Happening.ts"
import { happeningOf } from "./Happening.ts"
import { mayHear } from "./hearers.ts"
import type { Letter } from "./Letter.ts"
import { asHtml, asPost, asText, subjectLine } from "./Letter.ts"
import type { Notification } from "./Notification.ts"
import { NotificationStore } from "./NotificationStore.ts"
import { because, headlineOf, quoteOf } from "./wording.ts"

/** A delivery with all that is needed to send it, or nothing to send: nobody may hear of it any more. */
export interface Written {
  readonly delivery: Delivery
  readonly event: EventEnvelope
  readonly what:
    | { readonly channel: "email"; readonly mail: Mail }
    | { readonly channel: "webhook"; readonly post: Post }
    | null
}

/** What letters of some deliveries are written from. */
interface Desk {
  readonly events: ReadonlyMap<string, EventEnvelope>
  readonly notifications: ReadonlyMap<string, Notification>
  readonly tickets: ReadonlyMap<string, Concerned>
  readonly actors: ReadonlyMap<UserId, Actor>
  readonly people: ReadonlyMap<UserId, { readonly name: string; readonly email: string }>
}

const named = (happening: Happening): ReadonlyArray<UserId> =>
  happening.type === "ticket.assigned" && happening.payload.to !== null ? [happening.payload.to] : []

const byId = <Row extends { readonly id: string }>(rows: ReadonlyArray<Row>): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.id, row]))

/**
 * Writes what is to be sent. Whether somebody may hear of it is asked once more: who has lost sight of the ticket since
 * gets nothing. In as many statements for a hundred letters as for one.
 */
export class Letters extends Context.Service<Letters>()("@opsdesk/notifications/Letters", {
  make: Effect.gen(function*() {
    const deliveries = yield* DeliveryStore
    const notifications = yield* NotificationStore
    const directory = yield* TicketDirectory
    const users = yield* UserDirectory
    const rights = yield* Rights
    const { origin } = yield* PublicUrl
    const { hostname } = new URL(origin)

    const letterOf = (
      happening: Happening,
      event: EventEnvelope,
      subject: Letter["subject"],
      to: Notification | null,
      { people }: Desk
    ): Letter => ({
      subject,
      headline: headlineOf(happening, event.actorId, to?.userId ?? null, people),
      quote: quoteOf(happening),
      link: `${origin}/tickets/${subject.number}`,
      because: to === null ? "" : because(to.reason)
    })

    const mailOf = (happening: Happening, event: EventEnvelope, to: Notification, desk: Desk): Mail | null => {
      const person = desk.people.get(to.userId)
      const ticket = desk.tickets.get(to.ticketId)
      if (person === undefined || ticket === undefined) return null
      if (!mayHear(desk.actors.get(to.userId), happening, ticket)) return null
      const letter = letterOf(happening, event, { number: to.ticketNumber, title: to.ticketTitle }, to, desk)
      return {
        messageId: `${event.id}.${to.userId}@${hostname}`,
        threadId: `ticket.${to.ticketId}@${hostname}`,
        to: { name: person.name, address: person.email },
        subject: subjectLine(letter.subject),
        text: asText(letter),
        html: asHtml(letter),
        list: { name: "OpsDesk", id: `tickets.${hostname}` }
      }
    }

    const written = Effect.fnUntraced(function*(delivery: Delivery, event: EventEnvelope, desk: Desk) {
      const nothing: Written = { delivery, event, what: null }
      const happening = yield* happeningOf(event)
      if (happening === null) return nothing
      if (delivery.channel === "webhook") {
        const ticket = desk.tickets.get(event.ticketId ?? "")
        if (ticket === undefined) return nothing
        const post = asPost(delivery.id, letterOf(happening, event, ticket, null, desk))
        return { ...nothing, what: { channel: "webhook" as const, post } }
      }
      const to = desk.notifications.get(delivery.notificationId ?? "")
      const mail = to === undefined ? null : mailOf(happening, event, to, desk)
      return mail === null ? nothing : { ...nothing, what: { channel: "email" as const, mail } }
    })

    const write = Effect.fn("Letters.write")(function*(claimed: ReadonlyArray<Delivery>) {
      const events = byId(yield* deliveries.events([...new Set(claimed.map(({ eventId }) => eventId))]))
      const told = byId(
        yield* notifications.byIds(
          claimed.flatMap(({ notificationId }) => notificationId === null ? [] : [notificationId])
        )
      )
      const hearers = [...told.values()].map(({ userId }) => userId)
      const mentioned = yield* Effect.forEach(
        events.values(),
        (event) =>
          Effect.map(happeningOf(event), (happening) => [
            ...(event.actorId === null ? [] : [event.actorId]),
            ...(happening === null ? [] : named(happening))
          ])
      )
      const ticketIds = [...events.values()].flatMap(({ ticketId }) => ticketId === null ? [] : [ticketId])
      const desk: Desk = {
        events,
        notifications: told,
        tickets: yield* directory.concerned([...new Set(ticketIds)]),
        actors: yield* rights.actorsNow([...new Set(hearers)]),
        people: yield* users.named([...new Set([...hearers, ...mentioned.flat()])])
      }
      return yield* Effect.forEach(claimed, (delivery) => {
        const event = events.get(delivery.eventId)
        return event === undefined
          ? Effect.die(new Error(`delivery ${delivery.id} is of no event`))
          : written(delivery, event, desk)
      })
    })

    return { write }
  })
}) {
  static readonly layer = Layer.effect(Letters, Letters.make).pipe(
    Layer.provide([
      DeliveryStore.layer,
      NotificationStore.layer,
      TicketDirectory.layer,
      UserDirectory.layer,
      Rights.layer
    ])
  )
}

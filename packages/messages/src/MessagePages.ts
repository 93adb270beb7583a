import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import type { Whose } from "@opsdesk/tickets/TicketPolicy"
import { reaches } from "@opsdesk/tickets/TicketPolicy"
import { Context, Effect, Layer, Result } from "effect"
import type { Message } from "./Message.ts"
import { messagesBinding } from "./MessageDesk.ts"
import { readableBy } from "./MessagePolicy.ts"
import type { Wanted } from "./MessageStore.ts"
import { MessageStore } from "./MessageStore.ts"

/** A ticket as the actor has read it. */
export interface SeenTicket extends Whose {
  readonly id: TicketId
}

/** The oldest `limit` after a place, or with `newest` the newest before it. */
export interface MessageWindow {
  readonly newest: boolean
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface MessagePage {
  /** Oldest first, whichever end they are of. */
  readonly rows: ReadonlyArray<Message>
  /** Whether there are more on the side away from where the page began. */
  readonly more: boolean
}

const lastSeq = 2_147_483_647

/** What was said on many tickets at once, in one statement; on each of them what `MessageDesk.list` tells the actor. */
export class MessagePages extends Context.Service<MessagePages>()("@opsdesk/messages/MessagePages", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const store = yield* MessageStore
    const cursors = yield* Cursors

    /** Where a window begins on a ticket. */
    const placeOf = Effect.fnUntraced(function*(actor: Actor, ticketId: TicketId, cursor: string) {
      const place = yield* cursors.open(messagesBinding(actor, ticketId), cursor)
      return place === null
        ? yield* ValidationFailed.parameter("cursor", "is not a cursor of this ticket's messages and this user")
        : Number(place[0])
    })

    const wantedOf = (actor: Actor, ticket: SeenTicket, beyond: number): Result.Result<Wanted, Forbidden> => {
      const readable = reaches(actor, "ticket:read", ticket) ? readableBy(actor, ticket) : []
      return readable.length === 0
        ? Result.fail(new Forbidden({ permission: "message:read" }))
        : Result.succeed({ ticketId: ticket.id, readable, beyond })
    }

    const allWanted = Effect.fnUntraced(function*(
      actor: Actor,
      tickets: ReadonlyArray<SeenTicket>,
      { cursor, newest }: MessageWindow
    ) {
      const readable = tickets.map((ticket) => wantedOf(actor, ticket, newest ? lastSeq : 0))
      const wanted: ReadonlyArray<Result.Result<Wanted, Forbidden | ValidationFailed | DependencyUnavailable>> =
        cursor === undefined ? readable : yield* Effect.forEach(readable, (one) =>
          Effect.fromResult(one).pipe(
            Effect.flatMap((good) =>
              Effect.map(placeOf(actor, good.ticketId, cursor), (beyond) => ({ ...good, beyond }))
            ),
            Effect.result
          ))
      return wanted
    })

    /** A page of each ticket, or why there is none, in the order of the tickets. */
    const pages = Effect.fn("MessagePages.pages")(function*(
      tickets: ReadonlyArray<SeenTicket>,
      window: MessageWindow
    ) {
      const actor = yield* CurrentActor
      const wanted = yield* allWanted(actor, tickets, window)
      const good = wanted.flatMap((one) => Result.isSuccess(one) ? [one.success] : [])
      const found = good.length === 0 ? [] : yield* store.pages(good, window.newest, window.limit + 1)
      const byTicket = Map.groupBy(found, ({ ticketId }) => ticketId)
      return wanted.map((one) =>
        Result.map(one, ({ ticketId }): MessagePage => {
          const rows = byTicket.get(ticketId) ?? []
          const more = rows.length > window.limit
          return { rows: !more ? rows : window.newest ? rows.slice(1) : rows.slice(0, window.limit), more }
        })
      )
    }, reading)

    /** How many there are that the actor may read, exact up to 10,000, where it stays. */
    const counts = Effect.fn("MessagePages.counts")(function*(tickets: ReadonlyArray<SeenTicket>) {
      const actor = yield* CurrentActor
      const wanted = yield* allWanted(actor, tickets, { newest: false, limit: 1 })
      const good = wanted.flatMap((one) => Result.isSuccess(one) ? [one.success] : [])
      const found = good.length === 0 ? [] : yield* store.counts(good, countedUpTo)
      const byTicket = new Map(found.map(({ count, ticketId }) => [ticketId, count]))
      return wanted.map(Result.map(({ ticketId }) => byTicket.get(ticketId) ?? 0))
    }, reading)

    /** Cursors at messages: those that `MessageDesk.list` goes on from. */
    const cursorsAt = Effect.fnUntraced(function*(messages: ReadonlyArray<Message>) {
      const actor = yield* CurrentActor
      return yield* Effect.forEach(
        messages,
        ({ seq, ticketId }) => cursors.seal(messagesBinding(actor, ticketId), [seq])
      )
    })

    return { pages, counts, cursorsAt }
  })
}) {
  static readonly layer = Layer.effect(MessagePages, MessagePages.make).pipe(Layer.provide(MessageStore.layer))
}

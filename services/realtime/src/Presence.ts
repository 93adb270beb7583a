import type { TicketId, UserId } from "@opsdesk/kernel/Ids"

/** What another instance has said is good for so long, and said again before that, in milliseconds. */
export const lease = 30_000
export const renewal = 10_000

/** As many as a whisper can name; who has a ticket open with more than these sees that there are many. */
export const mostNamed = 20

interface Elsewhere {
  readonly users: ReadonlyArray<UserId>
  readonly until: number
}

interface Ticket {
  /** Each with the number of their sockets. */
  readonly here: Map<UserId, number>
  readonly elsewhere: Map<string, Elsewhere>
}

/** Who has which ticket open: here, and on other instances as far as they have said so lately. */
export class Presence {
  readonly #tickets = new Map<TicketId, Ticket>()

  /** Tickets that somebody has open here. */
  get tickets(): ReadonlyArray<TicketId> {
    return [...this.#tickets.keys()]
  }

  here(ticketId: TicketId): ReadonlyArray<UserId> {
    return [...(this.#tickets.get(ticketId)?.here.keys() ?? [])]
  }

  who(ticketId: TicketId): ReadonlyArray<UserId> {
    const ticket = this.#tickets.get(ticketId)
    if (ticket === undefined) return []
    const elsewhere = [...ticket.elsewhere.values()].flatMap(({ users }) => users)
    return [...new Set([...ticket.here.keys(), ...elsewhere])].toSorted()
  }

  /** Whether somebody is here now who was not. */
  enter(ticketId: TicketId, userId: UserId): boolean {
    const ticket = this.#tickets.get(ticketId) ?? { here: new Map(), elsewhere: new Map() }
    this.#tickets.set(ticketId, ticket)
    const sockets = ticket.here.get(userId) ?? 0
    ticket.here.set(userId, sockets + 1)
    return sockets === 0
  }

  /** Whether somebody has gone from here. */
  leave(ticketId: TicketId, userId: UserId): boolean {
    const here = this.#tickets.get(ticketId)?.here
    const sockets = here?.get(userId) ?? 0
    if (here === undefined || sockets === 0) return false
    if (sockets > 1) here.set(userId, sockets - 1)
    else here.delete(userId)
    // Of a ticket that nobody has open here nobody here wants to know.
    if (here.size === 0) this.#tickets.delete(ticketId)
    return sockets === 1
  }

  /** What another instance says; of tickets that nobody has open here, nothing is kept. */
  heard(ticketId: TicketId, instance: string, users: ReadonlyArray<UserId>, now: number) {
    const ticket = this.#tickets.get(ticketId)
    if (ticket === undefined) return { isNews: false, isNewcomer: false }
    const before = this.who(ticketId)
    const isNewcomer = users.length > 0 && !ticket.elsewhere.has(instance)
    if (users.length === 0) ticket.elsewhere.delete(instance)
    else ticket.elsewhere.set(instance, { users, until: now + lease })
    return { isNews: before.join() !== this.who(ticketId).join(), isNewcomer }
  }

  /** Forgets instances that have said nothing for too long; gives the tickets on which that is news. */
  lapsed(now: number): ReadonlyArray<TicketId> {
    return [...this.#tickets].flatMap(([ticketId, { elsewhere }]) => {
      const before = this.who(ticketId)
      for (const [instance, { until }] of elsewhere) if (until <= now) elsewhere.delete(instance)
      return before.join() === this.who(ticketId).join() ? [] : [ticketId]
    })
  }
}

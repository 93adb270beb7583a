import type { TicketId, UserId } from "@opsdesk/kernel/Ids"

/** Who does not say so again within this time types no more, in milliseconds. */
export const lapsesAfter = 5000

export interface Typist {
  readonly ticketId: TicketId
  readonly userId: UserId
}

/** Who types on which ticket, as far as this instance has heard. */
export class Typing {
  readonly #until = new Map<string, Typist & { readonly at: number }>()

  /** Whether that is news. */
  said(typist: Typist, typing: boolean, now: number): boolean {
    const key = `${typist.ticketId} ${typist.userId}`
    const isKnown = this.#until.has(key)
    if (typing) this.#until.set(key, { ...typist, at: now + lapsesAfter })
    else this.#until.delete(key)
    return isKnown !== typing
  }

  /** Those who have said nothing for too long; they are forgotten. */
  lapsed(now: number): ReadonlyArray<Typist> {
    const over = [...this.#until].filter(([, { at }]) => at <= now)
    for (const [key] of over) this.#until.delete(key)
    return over.map(([, { ticketId, userId }]) => ({ ticketId, userId }))
  }
}

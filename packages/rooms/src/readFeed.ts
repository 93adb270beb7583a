import type { Rights } from "@opsdesk/access/Rights"
import type { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Transaction } from "@opsdesk/capabilities/Transaction"
import { Clock, Effect, Exit, PubSub } from "effect"
import { advance, feedFrom } from "./Feed.ts"
import type { FeedStore, Seen } from "./FeedStore.ts"
import type { House } from "./House.ts"
import type { Guest } from "./Listener.ts"
import type { RoomEvent } from "./RoomEvent.ts"

/** What happened is found after so long, though no hint comes through. */
const poll = "500 millis"

const rows = 1000

/**
 * So many positions before the newest are looked at when reading begins: a transaction that is still open may have drawn
 * one of them, unless so many events were made in the few seconds that it may be open.
 */
const lookBack = 10_000

/** What was seen and is not settled is read again with the rest if it is so little. Beyond that it is left out. */
const fewSeen = 200

/**
 * So long, in milliseconds, what lies behind a gap waits until all transactions of the server that had begun have ended,
 * which costs nothing to know. After that those are asked for that have written events: no other can fill the gap.
 */
const patience = 1000

/** How many guests are asked for at a time. */
const together = 16

interface Reading {
  readonly bus: RoomBus["Service"]
  readonly reading: Transaction["Service"]["reading"]
  readonly rights: Rights["Service"]
  readonly store: FeedStore["Service"]
  readonly house: House
  /** When each guest was last asked for, in milliseconds. */
  readonly guests: Map<Guest, number>
}

/**
 * Reads the events as they come, once for everybody in this program: on each hint, and every half second, one statement
 * tells what is new and whether rights have changed. Rights come first, so that nobody hears what they may hear no more.
 */
export const readFeed = Effect.fnUntraced(function*({ bus, guests, house, reading, rights, store }: Reading) {
  const wakes = yield* bus.wakes
  const start = yield* reading(store.lastPositions(lookBack))
  let epoch = start.epoch
  // Of a desk that has not so many yet, the first of all may be among those that are still to come.
  const first = start.events.length < lookBack ? 1 : start.events[0]?.position ?? 1
  let feed = feedFrom(start, first - 1)

  const reviewRights = Effect.fnUntraced(function*(now: number) {
    const hasMoved = now !== epoch
    epoch = now
    if (hasMoved) yield* rights.noticed
    const at = yield* Clock.currentTimeMillis
    const due = [...guests].filter(([{ goodFor }, asked]) => hasMoved || at - asked >= goodFor).map(([guest]) => guest)
    if (due.length === 0) return
    yield* Effect.forEach(due, (guest) => guest.refresh, { concurrency: together, discard: true })
    for (const guest of due) if (guests.has(guest)) guests.set(guest, at)
    house.review()
  })

  /** What has become settled and was not read with it, as it stands now. */
  const readAgain = Effect.fnUntraced(function*(upTo: number) {
    const events: Array<RoomEvent> = []
    while (true) {
      const page = yield* reading(store.ofTickets(events.at(-1)?.position ?? feed.settled, upTo, rows))
      events.push(...page)
      if (page.length < rows) return events
    }
  })

  /** Since when something lies behind a gap, and nothing has become settled. */
  let heldUpSince = yield* Clock.currentTimeMillis
  const readOn = Effect.gen(function*() {
    while (true) {
      const at = yield* Clock.currentTimeMillis
      const { horizons, seen } = feed
      if (horizons.length === 0) heldUpSince = at
      const look = yield* reading(store.look({
        after: feed.settled,
        butSeen: house.hasListenersToAll && seen.size <= fewSeen ? new Set() : seen,
        rows,
        asksWriters: at - heldUpSince >= patience
      }))
      yield* reviewRights(look.epoch)
      const { feed: next, fresh, settled } = advance<Seen>(feed, look)
      const toAll = settled?.flatMap(({ told }) => told ?? []) ??
        (house.hasListenersToAll ? yield* readAgain(next.settled) : [])
      if (next.settled > feed.settled) heldUpSince = at
      feed = next
      house.tellTickets(fresh.flatMap(({ told }) => told ?? []))
      house.tellAll(toAll)
      if (!look.isCut) return
    }
  })

  let isSaid = false
  // Whatever it was: the next look begins where this one did, and finds what it has missed.
  const readOnOrLater = Effect.flatMap(Effect.exit(readOn), (exit) => {
    const isNew = Exit.isFailure(exit) && !isSaid
    isSaid = Exit.isFailure(exit)
    return isNew ? Effect.logWarning("events are not read", exit.cause) : Effect.void
  })
  // Before anybody listens: what was there by now happens to nobody.
  yield* readOnOrLater
  yield* PubSub.take(wakes).pipe(
    Effect.timeoutOption(poll),
    Effect.andThen(readOnOrLater),
    Effect.forever,
    Effect.forkScoped
  )
  return { settled: () => feed.settled }
})

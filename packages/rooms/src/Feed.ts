/** What the database shows at one moment: its running transactions, and what lies beyond the feed's `settled`. */
export interface Look<E> {
  /** All transactions below have ended. */
  readonly xmin: number
  /** The id that the next transaction will be given, not below what it was at that moment. */
  readonly next: number
  /** Who had written events, right after that moment, and had not ended; null where that was not asked. */
  readonly writers: ReadonlyArray<string> | null
  /** In the order of their positions; what the feed has seen may be left out. */
  readonly events: ReadonlyArray<E>
  /** Whether there may be more beyond the last of these. */
  readonly isCut: boolean
}

interface Horizon {
  readonly upTo: number
  readonly next: number
  readonly writers: ReadonlySet<string> | null
}

/**
 * How far the events have been read. Positions are drawn before the commit, so they appear out of order, and some never:
 * what lies behind a gap is settled once nobody can fill the gap any more.
 */
export interface Feed {
  /** Everything up to here has been seen, or will never be. */
  readonly settled: number
  /** The positions beyond that have been seen. */
  readonly seen: ReadonlySet<number>
  /**
   * For each look that has left gaps: up to where it saw all there was, its `next`, and its writers that have not ended
   * since. Whoever may still fill a gap before that position had drawn it by then. So they had an id: below `next`; and they
   * were among the writers, or had ended before those were asked for.
   */
  readonly horizons: ReadonlyArray<Horizon>
}

type Placed = { readonly position: number }

export interface Advance<E> {
  readonly feed: Feed
  /** Seen for the first time. Within one ticket they are in order and complete, as a ticket's changes take turns. */
  readonly fresh: ReadonlyArray<E>
  /** What has become settled: in order, and complete. Null where this look has left out some of it as seen. */
  readonly settled: ReadonlyArray<E> | null
}

/** A feed that tells of what comes after this look; gaps in it may still be filled. */
export const feedFrom = (look: Look<Placed>, settled: number): Feed =>
  advance({ settled, seen: new Set(), horizons: [] }, look).feed

/** What was asked right after an earlier look holds for the next one: what ended between the two, the second has seen. */
const isOver = ({ writers, next }: Horizon, xmin: number): boolean => next <= xmin || writers?.size === 0

const without = (horizon: Horizon, writers: ReadonlyArray<string> | null): Horizon =>
  writers === null ? horizon : {
    ...horizon,
    writers: new Set(horizon.writers === null ? writers : writers.filter((writer) => horizon.writers?.has(writer)))
  }

/** Takes in a look at what is beyond `settled`, or at as much of it as one reads at a time. */
export const advance = <E extends Placed>(feed: Feed, look: Look<E>): Advance<E> => {
  const seen = new Set(feed.seen)
  for (const { position } of look.events) seen.add(position)
  const last = look.events.at(-1)?.position ?? feed.settled
  // Nothing up to here is there that has not been seen.
  const reach = look.isCut ? last : Infinity
  const isFurther = feed.horizons.every(({ upTo }) => upTo < last)
  const here: Horizon = { upTo: last, next: look.next, writers: null }
  let settled = feed.settled
  for (const horizon of [...feed.horizons, here]) {
    if (isOver(horizon, look.xmin)) settled = Math.max(settled, Math.min(horizon.upTo, reach))
  }
  while (seen.has(settled + 1)) settled++
  const isBeyond = (position: number) => position > settled
  const found = new Set(look.events.map(({ position }) => position))
  const isLeftOut = [...feed.seen].some((position) => !isBeyond(position) && !found.has(position))
  return {
    feed: {
      settled,
      seen: new Set([...seen].filter(isBeyond)),
      horizons: [...feed.horizons, ...(isFurther ? [here] : [])]
        .filter(({ upTo }) => isBeyond(upTo))
        .map((horizon) => without(horizon, look.writers))
    },
    fresh: look.events.filter(({ position }) => !feed.seen.has(position)),
    settled: isLeftOut ? null : look.events.filter(({ position }) => !isBeyond(position))
  }
}

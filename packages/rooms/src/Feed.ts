/** What the database shows at one moment: its running transactions, and what lies beyond the feed's `settled`. */
export interface Look<E> {
  /** All transactions below have ended. */
  readonly xmin: number
  /** No transaction from here on had begun. */
  readonly xmax: number
  /** In the order of their positions. */
  readonly events: ReadonlyArray<E>
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
   * For each look that has left gaps: the last position that it saw, and its `xmax`. Whoever may still fill a gap before
   * that position had drawn it by then, and had an id: below `xmax`.
   */
  readonly horizons: ReadonlyArray<{ readonly upTo: number; readonly xmax: number }>
}

type Placed = { readonly position: number }

export interface Advance<E> {
  readonly feed: Feed
  /** Seen for the first time. Within one ticket they are in order and complete, as a ticket's changes take turns. */
  readonly fresh: ReadonlyArray<E>
  /** What has become settled: in order, and complete. */
  readonly settled: ReadonlyArray<E>
}

/** A feed that tells of what comes after this look; gaps in it may still be filled. */
export const feedFrom = (look: Look<Placed>, settled: number): Feed =>
  advance({ settled, seen: new Set(), horizons: [] }, look).feed

/** Takes in a look at everything beyond `settled`, or at as much of it as one reads at a time. */
export const advance = <E extends Placed>(feed: Feed, look: Look<E>): Advance<E> => {
  const last = look.events.at(-1)?.position ?? feed.settled
  const horizons = [...feed.horizons, { upTo: last, xmax: look.xmax }]
  let settled = feed.settled
  for (const { upTo, xmax } of horizons) {
    // What has filled a gap has pushed others off the page: those are told when they are read again.
    if (xmax <= look.xmin) settled = Math.max(settled, Math.min(upTo, last))
  }
  for (const { position } of look.events) if (position === settled + 1) settled = position
  const isBeyond = (position: number) => position > settled
  return {
    feed: {
      settled,
      seen: new Set([...feed.seen, ...look.events.map(({ position }) => position)].filter(isBeyond)),
      horizons: horizons.filter(({ upTo }) => upTo > settled)
    },
    fresh: look.events.filter(({ position }) => !feed.seen.has(position)),
    settled: look.events.filter(({ position }) => !isBeyond(position))
  }
}

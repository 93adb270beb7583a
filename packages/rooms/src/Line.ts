/** How far one listener has heard a room, and what has happened while they were still being told of before. */
export interface Line<E> {
  /** The place of the last event that was told. */
  readonly last: number
  /** Null once the line is open; `lost` where more has happened meanwhile than is kept for anybody. */
  readonly waiting: ReadonlyArray<E> | "lost" | null
}

/** More than this is not kept for anybody: whoever is so far behind is told of it from the database. */
const mostWaiting = 1000

/** Where an event stands in the room. */
export type Place<E> = (event: E) => number

export type Step<E> = readonly [line: Line<E>, told: ReadonlyArray<E>]

/** Nothing is told yet; what happens from now on waits. */
export const joining = <E>(last: number): Line<E> => ({ last, waiting: [] })

const beyond = <E>(place: Place<E>, last: number, events: ReadonlyArray<E>) =>
  events.filter((event) => place(event) > last)

const tell = <E>(place: Place<E>, line: Line<E>, events: ReadonlyArray<E>): Step<E> => {
  const told = beyond(place, line.last, events)
  const newest = told.at(-1)
  return newest === undefined ? [line, told] : [{ ...line, last: place(newest) }, told]
}

/** Something has happened. */
export const happened = <E>(place: Place<E>, line: Line<E>, events: ReadonlyArray<E>): Step<E> => {
  if (line.waiting === null) return tell(place, line, events)
  if (line.waiting === "lost") return [line, []]
  const waiting = [...line.waiting, ...events]
  return [{ ...line, waiting: waiting.length > mostWaiting ? "lost" : waiting }, []]
}

/** A page of what happened before, read after the line began to wait. */
export const recalled = <E>(place: Place<E>, line: Line<E>, events: ReadonlyArray<E>): Step<E> =>
  tell(place, line, events)

/** A page is about to be read that shall hold what was lost, too. */
export const waitAnew = <E>(line: Line<E>): Line<E> => line.waiting === "lost" ? { ...line, waiting: [] } : line

/** All that happened before has been told: from now on events are told as they happen. Null where some were lost. */
export const open = <E>(place: Place<E>, line: Line<E>): Step<E> | null =>
  line.waiting === "lost" ? null : tell(place, { ...line, waiting: null }, line.waiting ?? [])

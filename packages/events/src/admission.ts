import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { Standing } from "./InboxStore.ts"

/** What is to be done with each of some events that have come together. */
export interface Admission {
  /** To be done now, in this order. */
  readonly fresh: ReadonlyArray<EventEnvelope>
  /** Have to wait for an earlier event of their ticket. */
  readonly parked: ReadonlyArray<EventEnvelope>
  /** Have been dealt with, or will be without this delivery. */
  readonly absorbed: ReadonlyArray<EventEnvelope>
  /** Have been tried before, or are no events of this desk: to be looked at one by one. */
  readonly single: ReadonlyArray<EventEnvelope>
}

/** In the order in which they happened, and each once. */
const inOrder = (events: ReadonlyArray<EventEnvelope>): ReadonlyArray<EventEnvelope> =>
  [...new Map(events.map((event) => [event.id, event])).values()].toSorted((a, b) => a.position - b.position)

/** Admits what has never come, and whose predecessor is through or is admitted with it. */
export const admit = (events: ReadonlyArray<EventEnvelope>, standings: ReadonlyArray<Standing>): Admission => {
  const known = new Map(standings.map((standing) => [standing.id, standing]))
  const admitted = new Set<string>()
  const found = {
    fresh: new Array<EventEnvelope>(),
    parked: new Array<EventEnvelope>(),
    absorbed: new Array<EventEnvelope>(),
    single: new Array<EventEnvelope>()
  }
  for (const event of inOrder(events)) {
    const standing = known.get(event.id)
    if (standing === undefined || standing.state === "waiting") found.single.push(event)
    else if (standing.state !== null) found.absorbed.push(event)
    else if (standing.clear || (standing.predecessor !== null && admitted.has(standing.predecessor))) {
      admitted.add(event.id)
      found.fresh.push(event)
    } else found.parked.push(event)
  }
  return found
}

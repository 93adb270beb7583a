import { Cache } from "@opsdesk/capabilities/Cache"
import type { Consumer } from "@opsdesk/events/Consumer"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"

/** An id in a payload, under the kind of thing that it names. */
const named = ({ payload }: EventEnvelope, key: string, kind: string): ReadonlyArray<string> => {
  const id = payload[key]
  return typeof id === "string" ? [`${kind}:${id}`, `${kind}s`] : []
}

/** What an event touches: its ticket and every list of tickets, or people and teams. */
export const tagsOf = (event: EventEnvelope): ReadonlyArray<string> => [
  ...(event.ticketId === null ? [] : [`ticket:${event.ticketId}`, "tickets"]),
  ...named(event, "userId", "user"),
  ...named(event, "teamId", "team")
]

/**
 * Drops what is kept of the things that an event touches. What the event tells of is committed already, so whoever reads
 * anew after the drop reads what is.
 */
export const cache: Consumer<DependencyUnavailable, Cache> = {
  name: "cache",
  about: "Drops what is kept of tickets, people and teams as soon as something happens to them.",
  types: ["#"],
  run: (events) => Effect.flatMap(Cache, ({ drop }) => drop([...new Set(events.flatMap(tagsOf))]))
}

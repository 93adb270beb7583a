import { aboutEvent, originOf } from "@opsdesk/kernel/aboutEvent"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { Clock, Effect } from "effect"
import { queueName } from "./topology.ts"

const spanOf = (consumer: string, event: EventEnvelope) => {
  const origin = originOf(event)
  return {
    kind: "consumer",
    attributes: {
      "messaging.destination.name": queueName(consumer),
      "messaging.message.id": event.id,
      "opsdesk.event.type": event.type
    },
    ...(origin === undefined ? { root: true } : { parent: origin })
  } as const
}

/**
 * What a consumer does about some events, as one span in the trace of each. One event alone is acted on in its own trace;
 * several are in a batch of theirs, which is linked to each of them, as none is the others' cause.
 */
export const acting = (consumer: string, events: ReadonlyArray<EventEnvelope>) => {
  const name = `consumer.${consumer}`
  return <E, R>(run: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> => {
    const [event, ...others] = events
    if (event === undefined) return run
    if (others.length === 0) return run.pipe(Effect.withSpan(name, spanOf(consumer, event)), aboutEvent(event))
    return Effect.flatMap(
      Effect.forEach(events, (one) => Effect.makeSpan(name, spanOf(consumer, one))),
      (spans) =>
        run.pipe(
          Effect.withSpan(`${name}.batch`, {
            kind: "consumer",
            root: true,
            links: spans.map((span) => ({ span, attributes: {} })),
            attributes: {
              "messaging.destination.name": queueName(consumer),
              "messaging.batch.message_count": spans.length
            }
          }),
          Effect.onExit((exit) =>
            Effect.map(Clock.currentTimeNanos, (now) => {
              for (const span of spans) span.end(now, exit)
            })
          )
        )
    )
  }
}

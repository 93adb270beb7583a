import { Effect, Tracer } from "effect"
import type { EventEnvelope } from "./EventEnvelope.ts"

const traceContext = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The step of a trace that an event was made in. */
export const originOf = ({ traceparent }: EventEnvelope): Tracer.ExternalSpan | undefined => {
  const [, traceId, spanId, flags] = traceContext.exec(traceparent ?? "") ?? []
  return traceId === undefined || spanId === undefined
    ? undefined
    : Tracer.externalSpan({ traceId, spanId, sampled: Number.parseInt(flags ?? "0", 16) % 2 === 1 })
}

/** Has an effect go on in the trace of what made an event, and say in its log lines which event and request it is about. */
export const aboutEvent =
  (event: EventEnvelope) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { id, requestId, ticketId } = event
    const origin = originOf(event)
    const annotated = Effect.annotateLogs(effect, {
      event_id: id,
      ...(requestId === null ? {} : { request_id: requestId }),
      ...(ticketId === null ? {} : { ticket_id: ticketId })
    })
    return origin === undefined ? annotated : Effect.provideService(annotated, Tracer.ParentSpan, origin)
  }

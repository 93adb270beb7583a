import { assert, layer } from "@effect/vitest"
import type { Delivery } from "@opsdesk/capabilities/Broker"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Context, Effect, Logger, Option, References, Tracer } from "effect"
import type { Consumer } from "../src/Consumer.ts"
import { encodeEvent } from "../src/envelope.ts"
import { command, eventsOf, newTickets, noting, ownWord, registered, TestDelivery } from "./TestDelivery.ts"

const traceIds = ["4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"]
const spanId = "00f067aa0ba902b7"

interface Line {
  readonly message: string
  readonly level: string
  readonly traceId: string | undefined
  readonly annotations: Record<string, unknown>
}

/** What is traced and told while an effect runs. */
const watched = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const spans: Array<Tracer.NativeSpan> = []
  const lines: Array<Line> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const logger = Logger.make(({ fiber, logLevel, message }) =>
    void lines.push({
      message: String(message),
      level: logLevel,
      traceId: Context.getOrUndefined(fiber.context, Tracer.ParentSpan)?.traceId,
      annotations: { ...fiber.getRef(References.CurrentLogAnnotations) }
    })
  )
  const result = yield* effect.pipe(
    Effect.withTracer(tracer),
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, "Info")
  )
  return { result, spans, lines }
})

/** An event of each trace, each of a ticket of its own; the last has none. */
const told = Effect.gen(function*() {
  const tickets = yield* newTickets(3)
  for (const [at, ticket] of tickets.entries()) {
    const traceId = traceIds[at]
    yield* command(ticket).pipe(
      Effect.provideService(RequestContext, {
        requestId: `request ${at}`,
        traceparent: traceId === undefined ? null : `00-${traceId}-${spanId}-0${at}`,
        ip: null
      })
    )
  }
  return yield* eventsOf(tickets)
})

const parentOf = (span: Tracer.Span | undefined) =>
  span === undefined ? undefined : Option.getOrUndefined(span.parent)?.spanId

const delivered = (event: EventEnvelope, retries = 0): Delivery => ({
  id: event.id,
  type: event.type,
  body: encodeEvent(event),
  retries,
  redelivered: false
})

/** One that tells what it does, and fails when it is told to. */
const aTeller = Effect.gen(function*() {
  const name = ownWord()
  const { note, noted } = yield* noting(name)
  const failing = { now: false }
  const consumer: Consumer = {
    name,
    about: "for tests",
    types: ["#"],
    run: Effect.fnUntraced(function*(events) {
      yield* note(events)
      yield* Effect.logInfo("at it")
      if (failing.now) return yield* Effect.fail(new Error("it cannot be done"))
    })
  }
  return { name, noted, failing, ...(yield* registered(consumer)) }
})

layer(TestDelivery, { excludeTestServices: true })("what a consumer does", (it) => {
  it.effect("about one event goes on in the trace of its request, sampled as that was, and so do its log lines", () =>
    Effect.gen(function*() {
      const { handle, name, queue } = yield* aTeller
      const events = yield* told
      for (const [at, event] of events.entries()) {
        const { lines, spans } = yield* watched(handle([delivered(event)]))
        const mine = spans.filter((span) => span.name === `consumer.${name}`)
        assert.strictEqual(mine.length, 1)
        const [span] = mine
        assert.strictEqual(parentOf(span), traceIds[at] === undefined ? undefined : spanId)
        if (traceIds[at] !== undefined) assert.strictEqual(span?.traceId, traceIds[at])
        assert.deepStrictEqual([span?.kind, span?.sampled, span?.status._tag], ["consumer", at !== 0, "Ended"])
        assert.deepInclude(Object.fromEntries(span?.attributes ?? []), {
          "messaging.destination.name": queue.name,
          "messaging.message.id": event.id
        })
        const under = spans.filter((one) => parentOf(one) === span?.spanId)
        assert.isTrue(under.length > 0, "its statements are below it")
        assert.deepStrictEqual(lines, [{
          message: "at it",
          level: "Info",
          traceId: span?.traceId,
          annotations: { event_id: event.id, request_id: `request ${at}`, ticket_id: event.ticketId }
        }])
      }
    }))

  it.effect("about several at once is a step in the trace of each, linked to the batch", () =>
    Effect.gen(function*() {
      const { handle, name, noted } = yield* aTeller
      const events = yield* told
      const { spans } = yield* watched(handle(events.map((event) => delivered(event))))
      const steps = spans.filter((span) => span.name === `consumer.${name}`)
      assert.deepStrictEqual(steps.slice(0, 2).map(({ traceId }) => traceId), traceIds)
      assert.deepStrictEqual(steps.map(({ status }) => status._tag), ["Ended", "Ended", "Ended"])
      const [batch, ...others] = spans.filter((span) => span.name === `consumer.${name}.batch`)
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(batch?.links.map(({ span }) => span.spanId), steps.map(({ spanId: id }) => id))
      for (const { ticketId } of events) assert.deepStrictEqual(yield* noted(ticketId ?? ""), [1])
    }))

  it.effect("in vain is told with the event's trace, each time, and when it is given up", () =>
    Effect.gen(function*() {
      const { failing, handle, name, queue } = yield* aTeller
      failing.now = true
      const [, event] = yield* told
      if (event === undefined) return assert.fail("no event")
      const { lines, spans } = yield* watched(
        Effect.forEach([0, 1, 2, 3], (retries) => handle([delivered(event, retries)]))
      )
      const says = lines.filter(({ message }) => message !== "at it")
      assert.deepStrictEqual(says.map(({ level, message }) => [level, message]), [
        ...[1, 2, 3].map((at) => [
          "Warn",
          `${queue.name} could not act on ticket.updated, try ${at} of 4: it cannot be done`
        ]),
        ["Error", `${queue.name} gave up ticket.updated: it cannot be done`]
      ])
      for (const { annotations, traceId } of says) {
        assert.strictEqual(traceId, traceIds[1])
        assert.strictEqual(annotations["event_id"], event.id)
      }
      const exits = spans.filter((span) => span.name === `consumer.${name}`).map((
        { status, traceId }
      ) => [traceId, status._tag === "Ended" ? status.exit._tag : status._tag])
      // The first delivery is tried with whatever comes along, and then by itself.
      assert.deepStrictEqual(exits, Array.from({ length: 5 }, () => [traceIds[1], "Failure"]))
    }))
})

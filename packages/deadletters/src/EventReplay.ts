import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer } from "effect"
import { ConsumerNotFound } from "./DeadLetterProblems.ts"
import { ReplayStore } from "./ReplayStore.ts"

export interface Replay {
  readonly consumer: string
  /** The position of the first event that the consumer shall get again. */
  readonly from: number
  /** Whether it shall act again on what it has acted on; else it gets it and does nothing about it. */
  readonly again: boolean
}

/** So many in one transaction: none of them takes long, however much is replayed. */
const chunk = 2000

/** Has one consumer get past events again, for an operator: after a fault of its own, or when it has lost its queue. */
export class EventReplay extends Context.Service<EventReplay>()("@opsdesk/deadletters/EventReplay", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const store = yield* ReplayStore
    const journal = yield* Journal

    const begin = Effect.fnUntraced(function*({ again, consumer, from }: Replay) {
      if ((yield* store.typesOf(consumer)) === null) return yield* new ConsumerNotFound()
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: null,
        action: "events.replayed",
        entity: { type: "consumer", id: consumer },
        before: null,
        after: { from, again },
        events: []
      })
    }, atomic)

    const next = Effect.fnUntraced(function*({ again, consumer }: Replay, from: number) {
      const queued = yield* store.queueFrom(`opsdesk.${consumer}`, from, chunk)
      if (again && queued.last !== null) yield* store.forget(consumer, from, queued.last)
      return queued
    }, atomic)

    /** Says how many events are on their way. What a consumer never asked for it gets too, and passes over. */
    const replay = Effect.fn("EventReplay.replay")(function*(wanted: Replay) {
      yield* begin(wanted)
      let total = 0
      let from = wanted.from
      for (;;) {
        const { count, last } = yield* next(wanted, from)
        total += count
        if (last === null || count < chunk) return total
        from = last + 1
      }
    })

    return { replay }
  })
}) {
  static readonly layer = Layer.effect(EventReplay, EventReplay.make).pipe(Layer.provide(ReplayStore.layer))
}

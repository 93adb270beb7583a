import type { DeadLetter, Queue } from "@opsdesk/capabilities/Broker"
import { Broker } from "@opsdesk/capabilities/Broker"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Effect, Result } from "effect"
import type { Consumer } from "./Consumer.ts"
import { eventIdOf, untilItAnswers } from "./consuming.ts"
import { DeadLetterStore } from "./DeadLetterStore.ts"
import { decodeEvent } from "./envelope.ts"
import { Inbox } from "./Inbox.ts"

const unsaid = "the broker gave it up and did not say why"

/** Moves what the broker gave up to the one list of dead letters, until it is interrupted. */
export const keepingDead = Effect.fnUntraced(function*<E, R>(consumer: Consumer<E, R>, queue: Queue) {
  const broker = yield* Broker
  const metrics = yield* Metrics
  const store = yield* DeadLetterStore
  const { atomic } = yield* Transaction
  const inbox = (yield* Inbox).of(consumer, queue)
  const context = yield* Effect.context<R>()

  const keep = Effect.fnUntraced(function*(letter: DeadLetter) {
    const error = letter.error ?? unsaid
    const attempts = letter.retries + 1
    const event = decodeEvent(letter.body)
    if (Result.isSuccess(event)) yield* inbox.buryAsTold(event.success, attempts, error)
    else {
      const eventId = eventIdOf(letter.id)
      yield* atomic(store.keep({ queue: queue.name, eventId, type: letter.type, attempts, error, body: letter.body }))
    }
    metrics.jobsEnded(queue.name, "dead", 1)
  }, untilItAnswers)

  return yield* broker.consumeDead(queue, (letters) =>
    Effect.andThen(
      Effect.forEach(letters, keep, { discard: true }),
      // What waited for it goes on.
      untilItAnswers(inbox.followers(null))
    ).pipe(Effect.asVoid, Effect.provideContext(context)))
})

import { DeadLetters } from "@opsdesk/capabilities/DeadLetters"
import { Notifier, NotSent } from "@opsdesk/capabilities/Notifier"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { aboutEvent } from "@opsdesk/kernel/aboutEvent"
import type { Duration, Schedule } from "effect"
import { Cause, Context, DateTime, Effect, Layer, Option, Semaphore } from "effect"
import type { Settled } from "./DeliveryStore.ts"
import { Channel, DeliveryStore } from "./DeliveryStore.ts"
import type { Written } from "./Letters.ts"
import { Letters } from "./Letters.ts"
import { delayAfter, sendingRetries } from "./sendingRetries.ts"

/** So many letters are taken at once on each channel, and so many of them are on their way at the same time. */
const handful = 20
const atOnce = 4
/** Longer than a handful takes when each of them takes as long as it may: 20 letters, 4 at once, 20 s each. */
const leaseSeconds = 120
/** How long one letter may take, whatever sends it. */
const patience: Duration.Input = "20 seconds"
/** How often it looks when there was nothing. */
const pause: Duration.Input = "500 millis"

/**
 * Sends what is to be sent, outside of any transaction: each letter is taken under a lease, sent, and settled by the fence
 * of its try. At least once: a courier that dies between the two leaves the letter to be sent again, under the same
 * Message-ID. What cannot be sent comes again as the schedule says, then it is a dead letter. Each channel goes its own
 * way, so that one that is down holds up nothing on the other.
 */
export class Courier extends Context.Service<Courier>()("@opsdesk/notifications/Courier", {
  make: Effect.fnUntraced(function*(retries: Schedule.Schedule<unknown>) {
    const { alone, atomic, reading } = yield* Transaction
    const store = yield* DeliveryStore
    const letters = yield* Letters
    const notifier = yield* Notifier
    const dead = yield* DeadLetters

    const sent = ({ delivery, what }: Written) => {
      if (what === null) return Effect.void
      return what.channel === "email" ? notifier.send(what.mail) : notifier.post({ ...what.post, id: delivery.id })
    }

    const giveUp = Effect.fnUntraced(function*({ delivery, event }: Written, error: string) {
      if ((yield* store.settle([{ delivery, state: "dead" }], error, yield* DateTime.now)) === 0) return
      yield* dead.keep({
        consumer: "notifications",
        event,
        attempts: delivery.attempts,
        error: `${delivery.channel}: ${error}`
      })
    }, atomic)

    const failed = Effect.fnUntraced(function*(letter: Written, { final, message }: NotSent) {
      const { attempts } = letter.delivery
      const wait = final ? Option.none() : yield* delayAfter(retries, attempts)
      yield* Effect.logWarning(
        `${letter.delivery.channel} ${letter.delivery.id} was not sent (try ${attempts}${
          Option.isNone(wait) ? ", the last" : ""
        }): ${message}`
      )
      if (Option.isNone(wait)) return yield* giveUp(letter, message)
      const until = DateTime.addDuration(yield* DateTime.now, wait.value)
      yield* alone(store.postpone(letter.delivery, message, until))
    })

    const settled: Array<Settled> = []
    const writing = yield* Semaphore.make(1)

    /** What has arrived is written down at once; what arrives while that is under way shares the next statement. */
    const writeDown = writing.withPermits(1)(Effect.suspend(() => {
      const all = settled.splice(0)
      if (all.length === 0) return Effect.void
      return Effect.flatMap(DateTime.now, (at) => alone(store.settle(all, null, at))).pipe(
        // Whoever comes next tries for all of them: otherwise they would be sent again.
        Effect.onError(() => Effect.sync(() => settled.unshift(...all)))
      )
    }))

    const deliverOne = Effect.fn("Courier.deliver")(function*(letter: Written, way: Semaphore.Semaphore) {
      const { delivery, what } = letter
      // One try more than there may be was begun: those before have ended with the program that made them.
      const tooMany = delivery.attempts > 1 && Option.isNone(yield* delayAfter(retries, delivery.attempts - 1))
      if (tooMany) return yield* giveUp(letter, "every try of it has ended with the program that sent it")
      const ended = sent(letter).pipe(
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => Effect.fail(new NotSent({ message: `has not ended within ${patience}`, final: false }))
        }),
        Effect.catchDefect((defect) => Effect.fail(new NotSent({ message: String(defect), final: false }))),
        way.withPermits(1)
      )
      // A program that is told to stop may give up a letter on its way, but writes down one that has arrived.
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.matchEffect(restore(ended), {
          onSuccess: () => {
            settled.push({ delivery, state: what === null ? "dropped" : "sent" })
            return writeDown
          },
          onFailure: (trouble) => failed(letter, trouble)
        })
      )
    })

    /** In the trace of what the letter tells of. */
    const deliver = (way: Semaphore.Semaphore) => (letter: Written) => aboutEvent(letter.event)(deliverOne(letter, way))

    /** Sends a handful of what is due on a channel; says how many it took. */
    const round = Effect.fn("Courier.round")(function*(channel: Channel) {
      const at = yield* DateTime.now
      const claimed = yield* alone(store.claim(channel, at, handful, leaseSeconds))
      if (claimed.length === 0) return 0
      const way = yield* Semaphore.make(atOnce)
      yield* Effect.forEach(yield* reading(letters.write(claimed)), deliver(way), {
        concurrency: handful,
        discard: true
      })
      return claimed.length
    })

    const onward = (channel: Channel) =>
      round(channel).pipe(
        Effect.catchCause((cause) =>
          Cause.hasInterrupts(cause)
            ? Effect.failCause(cause)
            : Effect.as(Effect.logError(`the courier could not go on by ${channel}`, cause), 0)
        ),
        Effect.flatMap((taken) => taken === 0 ? Effect.sleep(pause) : Effect.void),
        Effect.forever
      )

    return {
      round,
      /** Goes on until it is interrupted. */
      run: Effect.forEach(Channel.literals, onward, { concurrency: "unbounded", discard: true })
    }
  })
}) {
  /** With other waits between tries than the desk's own. */
  static readonly layerRetrying = (retries: Schedule.Schedule<unknown>) =>
    Layer.effect(Courier, Courier.make(retries)).pipe(Layer.provide([DeliveryStore.layer, Letters.layer]))

  static readonly layer = Courier.layerRetrying(sendingRetries)
}

import { Internal } from "@opsdesk/kernel/Problem"
import type { Context } from "effect"
import { Cause, Effect, Exit, Option, Stream } from "effect"
import { errorOf, isProblem } from "./problems.ts"
import type { AnyProblem } from "./problems.ts"

/** Runs what a desk does, from within a resolver. */
export type Run<R> = <A, E>(effect: Effect.Effect<A, E, R>) => Promise<A>

export interface Running<R> {
  readonly run: Run<R>
  /** Calls back once nothing runs any more, and whoever waited for it has gone on. */
  readonly whenIdle: (then: () => void) => void
}

/**
 * Effects of one request as promises: on the fiber context of the request, so that logs, traces and transactions go on,
 * and interrupted with it when the client leaves. A problem becomes the field's error; whatever nobody expected is
 * logged, and told as no more than the request's id.
 */
export const makeRun = <R>(
  context: Context.Context<R>,
  signal: AbortSignal,
  requestId: string | null
): Running<R> => {
  const fork = Effect.runForkWith(context)
  const failureOf = (cause: Cause.Cause<unknown>): unknown => {
    const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
    if (isProblem(failure)) return errorOf(failure, requestId)
    if (Cause.hasInterruptsOnly(cause)) return new DOMException("the client has left", "AbortError")
    fork(Effect.logError("a field failed", cause))
    return errorOf(new Internal(), requestId)
  }
  let running = 0
  let waiting: Array<() => void> = []
  const look = () => {
    if (running > 0) return
    const all = waiting
    waiting = []
    for (const then of all) then()
  }
  const run: Run<R> = (effect) =>
    new Promise((resolve, reject) => {
      running++
      fork(effect, { signal }).addObserver((exit) => {
        if (Exit.isSuccess(exit)) resolve(exit.value)
        else reject(failureOf(exit.cause))
        running--
        if (waiting.length > 0) setImmediate(look)
      })
    })
  const whenIdle = (then: () => void): void => {
    waiting.push(then)
    setImmediate(look)
  }
  return { run, whenIdle }
}

/** Waits until it is. */
const aborted = (signal: AbortSignal) =>
  Effect.callback<void>((resume) => {
    const end = () => resume(Effect.void)
    if (signal.aborted) return end()
    signal.addEventListener("abort", end, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", end))
  })

/**
 * A stream as graphql-js reads sources. No generator stands between: what waits in one for an event that never comes
 * cannot be told to stop, and this ends when the client leaves, whether anybody reads it by then or not. It is read once, by whoever asks for its iterator:
 * graphql-js asks twice, reads by one and stops the other.
 */
export const sourceOf =
  <R>(context: Context.Context<R>, signal: AbortSignal, requestId: string | null) =>
  <A>(stream: Stream.Stream<A, AnyProblem, R>): AsyncIterable<A> => {
    const untilLeft = Stream.interruptWhen(stream, aborted(signal))
    const told = Stream.toAsyncIterableWith(untilLeft, context)[Symbol.asyncIterator]()
    const source: AsyncIterableIterator<A> = {
      [Symbol.asyncIterator]: () => source,
      next: async () => {
        try {
          return await told.next()
        } catch (failure) {
          throw isProblem(failure) ? errorOf(failure, requestId) : failure
        }
      },
      return: async () => (await told.return?.()) ?? { done: true, value: undefined }
    }
    return source
  }

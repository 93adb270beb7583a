import { Internal } from "@opsdesk/kernel/Problem"
import type { Context } from "effect"
import { Cause, Effect, Exit, Option, Stream } from "effect"
import { errorOf, isProblem } from "./problems.ts"
import type { AnyProblem } from "./problems.ts"

/** Runs what a desk does, from within a resolver. */
export type Run<R> = <A, E>(effect: Effect.Effect<A, E, R>) => Promise<A>

/**
 * Effects of one request as promises: on the fiber context of the request, so that logs, traces and transactions go on,
 * and interrupted with it when the client leaves. A problem becomes the field's error; whatever nobody expected is
 * logged, and told as no more than the request's id.
 */
export const makeRun = <R>(context: Context.Context<R>, signal: AbortSignal, requestId: string | null): Run<R> => {
  const failureOf = (cause: Cause.Cause<unknown>): unknown => {
    const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
    if (isProblem(failure)) return errorOf(failure, requestId)
    if (Cause.hasInterruptsOnly(cause)) return new DOMException("the client has left", "AbortError")
    Effect.runForkWith(context)(Effect.logError("a field failed", cause))
    return errorOf(new Internal(), requestId)
  }
  return (effect) =>
    new Promise((resolve, reject) => {
      const fiber = Effect.runForkWith(context)(effect, { signal })
      fiber.addObserver((exit) => Exit.isSuccess(exit) ? resolve(exit.value) : reject(failureOf(exit.cause)))
    })
}

/**
 * A stream as graphql-js reads sources. No generator stands between: what waits in one for an event that never comes
 * cannot be told to stop, and this is stopped when the client leaves. It is read once, by whoever asks for its iterator:
 * graphql-js asks twice, reads by one and stops the other.
 */
export const sourceOf =
  <R>(context: Context.Context<R>, requestId: string | null) =>
  <A>(stream: Stream.Stream<A, AnyProblem, R>): AsyncIterable<A> => {
    const told = Stream.toAsyncIterableWith(stream, context)[Symbol.asyncIterator]()
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

import type { Duration } from "effect"
import { Effect, Fiber } from "effect"

/**
 * The pool waits for a connection without limit, and a silent server answers never: this is the limit of both. Who has
 * waited so long is answered at once; what has to be undone is undone behind their back.
 */
export const within =
  <A2, E2, R2>(limit: { readonly duration: Duration.Input; readonly orElse: Effect.Effect<A2, E2, R2> }) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.forkDetach(restore(effect)), (fiber) =>
        restore(Effect.timeoutOrElse(Fiber.join(fiber), {
          duration: limit.duration,
          orElse: () => Effect.andThen(Effect.forkDetach(Fiber.interrupt(fiber)), limit.orElse)
        })).pipe(Effect.onInterrupt(() => Fiber.interrupt(fiber))))
    )

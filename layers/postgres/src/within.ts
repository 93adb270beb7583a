import type { Duration } from "effect"
import { Effect, Fiber } from "effect"

interface Limit<A, E, R> {
  readonly duration: Duration.Input
  readonly orElse: Effect.Effect<A, E, R>
}

/** Nothing is raced: the work is begun at once and its end listened for, as most statements are answered in time. */
const limited = <A2, E2, R2>(
  { duration, orElse }: Limit<A2, E2, R2>,
  undo: (work: Effect.Effect<void>) => Effect.Effect<unknown>
) =>
<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A | A2, E | E2, R | R2> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(restore(effect), { startImmediately: true }), (work) => {
      const ended = work.pollUnsafe()
      if (ended !== undefined) return ended
      const given = Effect.flatMap(
        Effect.forkDetach(Effect.interruptible(Effect.sleep(duration)), { startImmediately: true }),
        (timer) =>
          restore(Effect.callback<A | A2, E | E2, R2>((resume) => {
            const forgetWork = work.addObserver(resume)
            const forgetTimer = timer.addObserver(() => resume(Effect.andThen(undo(Fiber.interrupt(work)), orElse)))
            return Effect.sync(() => {
              forgetWork()
              forgetTimer()
            })
          })).pipe(Effect.onExit(() => Effect.sync(() => timer.interruptUnsafe())))
      )
      return Effect.onInterrupt(given, () => Fiber.interrupt(work))
    })
  )

/**
 * The pool waits for a connection without limit, and a silent server answers never: this is the limit of both. Who has
 * waited so long is answered at once; what has to be undone is undone behind their back.
 */
export const within = <A, E, R>(limit: Limit<A, E, R>) => limited(limit, Effect.forkDetach)

/** The same for what must be undone before anybody goes on. */
export const undoneWithin = <A, E, R>(limit: Limit<A, E, R>) => limited(limit, (undone) => undone)

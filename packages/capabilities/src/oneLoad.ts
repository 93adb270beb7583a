import { Cause, Deferred, Effect, Exit } from "effect"

/** What the one who loads has for those who wait: the bytes, that it failed, or that it has left and has tried nothing. */
type Outcome = Uint8Array | "failed" | "left"

const outcomeOf = (exit: Exit.Exit<Uint8Array, unknown>): Outcome => {
  if (Exit.isSuccess(exit)) return exit.value
  return Cause.hasInterruptsOnly(exit.cause) ? "left" : "failed"
}

/**
 * Lets those who want the same at the same time wait for one of them. If that one fails, each goes on alone; if it is
 * interrupted, another one loads for all.
 */
export const makeOneLoad = () => {
  const underway = new Map<string, Deferred.Deferred<Outcome>>()

  const oneLoad = <E, R>(key: string, load: Effect.Effect<Uint8Array, E, R>): Effect.Effect<Uint8Array, E, R> =>
    Effect.suspend(() => {
      const other = underway.get(key)
      if (other !== undefined) {
        return Effect.flatMap(Deferred.await(other), (outcome) => {
          if (outcome === "left") return oneLoad(key, load)
          return outcome === "failed" ? load : Effect.succeed(outcome)
        })
      }
      const mine = Deferred.makeUnsafe<Outcome>()
      underway.set(key, mine)
      return Effect.onExit(load, (exit) =>
        Effect.sync(() => {
          underway.delete(key)
          Deferred.doneUnsafe(mine, Effect.succeed(outcomeOf(exit)))
        }))
    })
  return oneLoad
}

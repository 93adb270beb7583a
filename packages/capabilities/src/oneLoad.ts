import { Deferred, Effect, Exit, Option } from "effect"

/** Lets those who want the same at the same time wait for one of them; if that one fails, each goes on alone. */
export const makeOneLoad = () => {
  const underway = new Map<string, Deferred.Deferred<Option.Option<Uint8Array>>>()

  return <E, R>(key: string, load: Effect.Effect<Uint8Array, E, R>): Effect.Effect<Uint8Array, E, R> =>
    Effect.suspend(() => {
      const other = underway.get(key)
      if (other !== undefined) {
        return Effect.flatMap(Deferred.await(other), Option.match({ onNone: () => load, onSome: Effect.succeed }))
      }
      const mine = Deferred.makeUnsafe<Option.Option<Uint8Array>>()
      underway.set(key, mine)
      return Effect.onExit(load, (exit) =>
        Effect.sync(() => {
          underway.delete(key)
          Deferred.doneUnsafe(mine, Effect.succeed(Exit.isSuccess(exit) ? Option.some(exit.value) : Option.none()))
        }))
    })
}

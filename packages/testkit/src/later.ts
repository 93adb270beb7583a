import { Clock, Duration, Effect } from "effect"

/** As if so much time had gone by. The program stays as it is: only who reads the clock in the effect reads another. */
export const later = (time: Duration.Input) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = Duration.toMillis(Duration.fromInputUnsafe(time))
    const moved: Clock.Clock = Object.setPrototypeOf({
      currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + millis,
      currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis)
    }, clock)
    return Effect.provideService(effect, Clock.Clock, moved)
  })

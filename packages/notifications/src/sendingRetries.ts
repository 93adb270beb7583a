import { Duration, Effect, Option, Pull, Random, Schedule } from "effect"

const delays = ["1 second", "5 seconds", "30 seconds", "2 minutes", "10 minutes"] as const satisfies ReadonlyArray<
  Duration.Input
>

/** How long a letter that could not be sent waits: up to a tenth longer than said, so that not all come back at once. */
export const sendingRetries: Schedule.Schedule<number> = Schedule.recurs(delays.length).pipe(
  Schedule.modifyDelay(({ attempt }) =>
    Effect.map(
      Random.nextBetween(1, 1.1),
      (stretch) => Duration.times(Duration.fromInputUnsafe(delays[attempt - 1] ?? "10 minutes"), stretch)
    )
  )
)

/** How long to wait after so many tries in vain, or none where a schedule has nothing more to say. */
export const delayAfter = Effect.fnUntraced(function*(schedule: Schedule.Schedule<unknown>, tries: number) {
  const step = yield* Schedule.toStep(schedule)
  let delay = Option.none<Duration.Duration>()
  for (let at = 0; at < tries; at++) {
    delay = yield* Pull.matchEffect(step(0, undefined), {
      onSuccess: ([, wait]) => Effect.succeed(Option.some(wait)),
      onFailure: (cause) => Effect.failCause(cause),
      onDone: () => Effect.succeed(Option.none<Duration.Duration>())
    })
    if (Option.isNone(delay)) return delay
  }
  return delay
})

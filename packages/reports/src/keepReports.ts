import { Effect, Schedule } from "effect"
import { DayClosing } from "./DayClosing.ts"
import { ReportBuilder } from "./ReportBuilder.ts"

/** Often enough that a day is closed soon after it is over, and closed again soon after it had to be opened. */
const everyMinute = Schedule.spaced("1 minute").pipe(Schedule.jittered)

const onRound = Effect.gen(function*() {
  const builder = yield* ReportBuilder
  const closing = yield* DayClosing
  yield* builder.ensureBuilt()
  const days = yield* closing.closeDays()
  if (days.length > 0) yield* Effect.logInfo(`closed ${days.join(", ")}`)
  yield* builder.sweep()
})

/**
 * What every worker does for the reports for as long as it lives: sees that they are built, closes days that are over,
 * sweeps away versions that nobody reads. Whoever comes first does it; the others find it done. A round that fails says so,
 * and the next one tries again.
 */
export const keepReports = onRound.pipe(
  Effect.catchCause((cause) => Effect.logWarning("the reports could not be looked after; again in a minute", cause)),
  Effect.repeat(everyMinute),
  Effect.asVoid
)

import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer } from "effect"
import type { Day } from "./Day.ts"
import { dayOf } from "./Day.ts"
import { ReportStore } from "./ReportStore.ts"
import { VersionStore } from "./VersionStore.ts"

/** So long a day stays open after it is over: what happened in its last moments is still under way. */
const grace = { minutes: 5 }

/** Days closed in one transaction: those who count what happens wait for it. */
const atOnce = 50

/** Closes days that are over: their reports are kept as they are answered. */
export class DayClosing extends Context.Service<DayClosing>()("@opsdesk/reports/DayClosing", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const store = yield* ReportStore
    const versions = yield* VersionStore

    /** Closes some days of a version that nobody else writes at this moment, the oldest first. */
    const closeSome = Effect.fnUntraced(function*(version: number) {
      const over = dayOf(DateTime.subtract(DateTime.subtract(yield* DateTime.now, grace), { days: 1 }))
      const closed: Array<Day> = []
      while (closed.length < atOnce) {
        const day = yield* store.nextToClose(version)
        if (day === null || day > over) break
        yield* store.close(version, yield* store.counted(version, day))
        closed.push(day)
      }
      return closed
    })

    /** Some days of the version that is served. Alone: nothing is counted between the reading of a day and its closing. */
    const closeServed = atomic(Effect.gen(function*() {
      yield* versions.lockAlone
      const version = yield* versions.serving
      return version === null ? [] : yield* closeSome(version)
    }))

    /**
     * Closes each day that is over and still open, from the oldest on: yesterday, and after a time without a worker those
     * before. However many do it at once, each day is closed once. Answers the days that were closed here.
     */
    const closeDays = Effect.fn("DayClosing.closeDays")(function*() {
      const closed: Array<Day> = []
      while (true) {
        const some = yield* closeServed
        closed.push(...some)
        if (some.length < atOnce) return closed
      }
    })

    return { closeSome, closeDays, atOnce }
  })
}) {
  static readonly layer = Layer.effect(DayClosing, DayClosing.make).pipe(
    Layer.provide([ReportStore.layer, VersionStore.layer])
  )
}

import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer } from "effect"
import { nothingOn } from "./DailyReport.ts"
import type { Day } from "./Day.ts"
import { dayOf } from "./Day.ts"
import { ReportStore } from "./ReportStore.ts"

/** The figures, for those who may read them: they tell of every ticket, and of none in particular. */
export class ReportDesk extends Context.Service<ReportDesk>()("@opsdesk/reports/ReportDesk", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const store = yield* ReportStore

    /** The report of a day: today's unless said otherwise. Of a day that is still to come there is nothing to say. */
    const daily = Effect.fn("ReportDesk.daily")(function*(date: Day | undefined) {
      yield* permit(yield* CurrentActor, "report:read")
      const today = dayOf(yield* DateTime.now)
      const day = date ?? today
      if (day > today) return nothingOn(day)
      return (yield* store.closed("serving", day)) ?? (yield* store.counted("serving", day))
    }, reading)

    return { daily }
  })
}) {
  static readonly layer = Layer.effect(ReportDesk, ReportDesk.make).pipe(Layer.provide(ReportStore.layer))
}

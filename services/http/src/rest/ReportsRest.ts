import { Api } from "@opsdesk/api/Api"
import { ReportDesk } from "@opsdesk/reports/ReportDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

export const ReportsRest = HttpApiBuilder.group(
  Api,
  "reports",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* ReportDesk
    return handlers.handleAll({
      dailyReport: ({ query: { date } }) => Effect.map(desk.daily(date), (data) => ({ data }))
    })
  })
)

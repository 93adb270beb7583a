import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { Data, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DailyReport } from "./DailyReport.ts"
import { Day } from "./Day.ts"

export class ReportsApi extends HttpApiGroup.make("reports")
  .add(
    HttpApiEndpoint.get("dailyReport", "/v1/reports/daily", {
      query: { date: Schema.optionalKey(Day).pipe(said("The day, in UTC; today unless said otherwise")) },
      success: Data(DailyReport),
      error: [ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "What happened on a day",
      description:
        "Days are in UTC. Today's figures are a few seconds behind at most; a day without anything, and one that is still to come, is all zeros."
    })).annotate(EndpointAccess, needs("report:read"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Reports", description: "The figures of each day" }))
{}

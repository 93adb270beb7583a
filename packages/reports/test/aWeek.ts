import { Transaction } from "@opsdesk/capabilities/Transaction"
import { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { as } from "@opsdesk/testkit/actors"
import type { Template } from "@opsdesk/testkit/TestDatabase"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { Clock, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { DailyReport } from "../src/DailyReport.ts"
import { Day } from "../src/Day.ts"
import { DayClosing } from "../src/DayClosing.ts"
import { Projection } from "../src/Projection.ts"
import { ReportBuilder } from "../src/ReportBuilder.ts"
import { ReportDesk } from "../src/ReportDesk.ts"
import { reports } from "../src/reports.ts"

/** Everything that reports are made of and by, on a database of the suite's own. */
export const Reporting = (template: Template = "peopled") =>
  Layer.mergeAll(
    TicketDesk.layer,
    MessageDesk.layer,
    Projection.layer,
    ReportDesk.layer,
    ReportBuilder.layer,
    DayClosing.layer
  ).pipe(Layer.provideMerge(TestStack(template)))

export const day = (text: string) => Day.make(text)

/** As if it were then. */
export const at = (instant: string | number) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = DateTime.toEpochMillis(DateTime.makeUnsafe(instant))
    const stopped: Clock.Clock = Object.setPrototypeOf({
      currentTimeMillisUnsafe: () => millis,
      currentTimeMillis: Effect.succeed(millis)
    }, clock)
    return Effect.provideService(effect, Clock.Clock, stopped)
  })

const decodeEvents = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ ...EventEnvelope.fields, occurredAt: Schema.DateTimeUtcFromDate }))
)

/** What the consumer hears of: all events of its types after a position, as they were recorded. */
export const eventsAfter = (position: number) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* Effect.flatMap(
      sql`
        select id, position, type, occurred_at, ticket_id, seq, actor_id, request_id, traceparent, payload
        from events where position > ${position} and ${sql.in("type", reports.types)} order by position`,
      decodeEvents
    )
  })

/** Runs the consumer as its machinery does: one transaction for a chunk. */
export const deliver = (events: ReadonlyArray<EventEnvelope>) =>
  Effect.gen(function*() {
    const { atomic } = yield* Transaction
    yield* atomic(reports.run(events))
  })

export const deliverAll = Effect.flatMap(eventsAfter(0), deliver)

export const reportOn = (date: string): Effect.Effect<DailyReport, unknown, ReportDesk> =>
  Effect.flatMap(ReportDesk, (desk) => as("alex")(desk.daily(day(date))))

export const openedAt = (instant: string, input: Partial<Parameters<TicketDesk["Service"]["open"]>[0]> = {}) =>
  Effect.flatMap(
    TicketDesk,
    (desk) => desk.open({ title: "It", description: "", type: "incident", priority: "normal", ...input })
  ).pipe(at(instant))

export const movedAt = (
  instant: string,
  id: TicketId,
  status: "open" | "in_progress" | "waiting" | "resolved" | "closed"
) => Effect.flatMap(TicketDesk, (desk) => desk.changeStatus(id, { status })).pipe(at(instant))

export const saidAt = (instant: string, id: TicketId, visibility: "public" | "internal" = "public") =>
  Effect.flatMap(MessageDesk, (desk) => desk.send(id, { body: "Hm", visibility })).pipe(at(instant))

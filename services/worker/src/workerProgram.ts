import { AuditSealer } from "@opsdesk/audit/AuditSealer"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { Deliveries, delivering } from "@opsdesk/events/delivery"
import { Courier } from "@opsdesk/notifications/Courier"
import { NotificationRules } from "@opsdesk/notifications/NotificationRules"
import { DayClosing } from "@opsdesk/reports/DayClosing"
import { keepReports } from "@opsdesk/reports/keepReports"
import { Projection } from "@opsdesk/reports/Projection"
import { ReportBuilder } from "@opsdesk/reports/ReportBuilder"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Settings } from "@opsdesk/stack/Settings"
import { TicketNews } from "@opsdesk/tickets/TicketNews"
import { Effect, Layer, PubSub } from "effect"
import { consumers } from "./consumers.ts"

/** What goes on beside the consumers, by the one that it belongs to. */
const jobs = {
  notifications: Effect.flatMap(Courier, (courier) => courier.run),
  audit: Effect.flatMap(AuditSealer, (sealer) => sealer.run),
  reports: keepReports
}

/**
 * Acts on events for as long as it lives, from when the schema is its own. Stopped, it takes nothing new, ends what it
 * has begun, and lets go of its share of the outbox.
 */
export const WorkerProgram = Layer.effectDiscard(Effect.gen(function*() {
  const readiness = yield* Readiness
  const { retrySteps, works } = yield* Settings
  const bus = yield* RoomBus
  const hints = yield* bus.wakes
  const acting = consumers.filter(({ name }) => [...works].some((work) => work === name))
  const begin = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.forkScoped(Effect.andThen(readiness.untilSchemaFits, work))

  yield* begin(Effect.andThen(
    Effect.logInfo(`at work: ${[...works].join(", ")}`),
    delivering(consumers, { steps: retrySteps, woken: PubSub.take(hints), acting, relays: works.has("relay") })
  ))
  if (works.has("notifications")) yield* begin(jobs.notifications)
  if (works.has("audit")) yield* begin(jobs.audit)
  if (works.has("reports")) yield* begin(jobs.reports)
})).pipe(Layer.provide([
  Deliveries,
  NotificationRules.layer,
  Courier.layer,
  AuditSealer.layer,
  Projection.layer,
  TicketNews.layer,
  ReportBuilder.layer,
  DayClosing.layer
]))

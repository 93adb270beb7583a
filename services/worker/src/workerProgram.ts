import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { Deliveries, delivering } from "@opsdesk/events/delivery"
import { Courier } from "@opsdesk/notifications/Courier"
import { NotificationRules } from "@opsdesk/notifications/NotificationRules"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer, PubSub } from "effect"
import { consumers } from "./consumers.ts"

/**
 * Acts on events for as long as it lives, from when the schema is its own. Stopped, it takes nothing new, ends what it
 * has begun, and lets go of its share of the outbox.
 */
export const WorkerProgram = Layer.effectDiscard(Effect.gen(function*() {
  const readiness = yield* Readiness
  const { retrySteps } = yield* Settings
  const bus = yield* RoomBus
  const hints = yield* bus.wakes
  yield* Effect.forkScoped(
    readiness.untilSchemaFits.pipe(
      Effect.andThen(Effect.logInfo(`acting on events: ${consumers.map(({ name }) => name).join(", ")}`)),
      Effect.andThen(delivering(consumers, { steps: retrySteps, woken: PubSub.take(hints) }))
    )
  )
  const courier = yield* Courier
  yield* Effect.forkScoped(Effect.andThen(readiness.untilSchemaFits, courier.run))
})).pipe(Layer.provide([Deliveries, NotificationRules.layer, Courier.layer]))

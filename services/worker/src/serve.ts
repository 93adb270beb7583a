import { OperationsServer } from "@opsdesk/serving/OperationsServer"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Settings } from "@opsdesk/stack/Settings"
import { BrokerDependency } from "@opsdesk/stack/Stack"
import { Effect, Layer } from "effect"
import { WorkerProgram } from "./workerProgram.ts"

/** The worker with a port for its operators. */
export const Serve = WorkerProgram.pipe(
  Layer.provideMerge(Layer.unwrap(Effect.map(Settings, OperationsServer))),
  Layer.provide(Readiness.layer.pipe(Layer.provide(BrokerDependency)))
)

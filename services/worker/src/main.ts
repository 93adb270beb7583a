// First: schemas that are made before it stay uncompiled.
import "effect/schema/SchemaJITCompiler/enable"

import { runProgram } from "@opsdesk/stack/runProgram"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { Serve } from "./serve.ts"

const Listening = Layer.effectDiscard(Effect.gen(function*() {
  const { host, port } = yield* Settings
  yield* Effect.logInfo(`health and metrics on http://${host}:${port}`)
}))

runProgram("worker", Listening.pipe(Layer.provide(Serve)))

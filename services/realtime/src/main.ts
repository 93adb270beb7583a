import { runProgram } from "@opsdesk/stack/runProgram"
import { Settings } from "@opsdesk/stack/Settings"
import { Effect, Layer } from "effect"
import { Serve } from "./serve.ts"

const Listening = Layer.effectDiscard(Effect.gen(function*() {
  const { host, port } = yield* Settings
  yield* Effect.logInfo(`sockets at ws://${host}:${port}/ws`)
}))

runProgram("realtime", Listening.pipe(Layer.provide(Serve)))

import { Effect, Layer } from "effect"
import { Readiness } from "./Readiness.ts"

/** Built after a server, so released before it: readiness turns 503 while what is in flight still ends. */
export const Draining = Layer.effectDiscard(Effect.gen(function*() {
  const readiness = yield* Readiness
  yield* Effect.addFinalizer(() => Effect.andThen(readiness.drain, Effect.sleep("200 millis")))
}))

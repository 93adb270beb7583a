import type { Duration } from "effect"
import { Effect } from "effect"

/**
 * An effect whose answer is kept for a while. Unlike `Effect.cachedWithTTL` alone it keeps no failure: what could not be
 * asked a moment ago is asked again.
 */
export const keptFor = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.Input) =>
  Effect.map(Effect.cachedInvalidateWithTTL(effect, time), ([get, forget]) => Effect.tapCause(get, () => forget))

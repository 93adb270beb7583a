import { Desk } from "@opsdesk/client/Desk"
import { OpsDesk } from "@opsdesk/client/OpsDesk"
import { Realtime } from "@opsdesk/client/Realtime"
import type { Session } from "@opsdesk/client/Session"
import type { Effect } from "effect"
import { Layer, ManagedRuntime } from "effect"

/** The page is the desk's own: it asks where it came from. */
const Client = Realtime.layer.pipe(
  Layer.provideMerge(OpsDesk.layer),
  Layer.provide(Layer.succeed(Desk, { baseUrl: globalThis.location.origin }))
)

const runtime = ManagedRuntime.make(Client)

/** What can be asked of the desk. */
export type AtDesk = OpsDesk | Realtime | Session

/** Asks, and rejects with the typed failure itself, which `troubleOf` puts into words. */
export const ask = <A, E>(effect: Effect.Effect<A, E, AtDesk>, signal?: AbortSignal): Promise<A> =>
  runtime.runPromise(effect, signal === undefined ? {} : { signal })

/** Runs for as long as a component is there: what it gives ends it. */
export const during = <A, E>(effect: Effect.Effect<A, E, AtDesk>): () => void => runtime.runCallback(effect)

import type { Effect } from "effect"
import { Context } from "effect"

/** What the programs count and time. */
export class Metrics extends Context.Service<Metrics, {
  /** `route` is a template such as `/v1/tickets/:id`, never a path, so that the number of series stays bounded. */
  readonly httpAnswered: (
    request: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number
  ) => void
  /** Everything measured so far, in the Prometheus text format. */
  readonly exposition: Effect.Effect<{ readonly contentType: string; readonly body: string }>
}>()("@opsdesk/capabilities/Metrics") {}

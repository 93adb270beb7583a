import type { Effect } from "effect"
import { Context } from "effect"
import type { CacheName } from "./Cache.ts"

export type JobOutcome = "processed" | "failed" | "retried" | "dead"

/** What the programs count and time. */
export class Metrics extends Context.Service<Metrics, {
  /** `route` is a template such as `/v1/tickets/:id`, never a path, so that the number of series stays bounded. */
  readonly httpAnswered: (
    request: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number
  ) => void
  /**
   * Jobs are deliveries. `processed`: done with, `retried`: comes again, `dead`: given up; `failed` counts each try that
   * went wrong, whatever came of it. `seconds`: from the hand-out to the end, of each of them.
   */
  readonly jobsEnded: (queue: string, outcome: JobOutcome, jobs: number, seconds?: number) => void
  /** Of those that were processed: what had been dealt with before, and was delivered once more. */
  readonly jobsAbsorbed: (queue: string, jobs: number) => void
  readonly queueDepth: (queue: string, messages: number) => void
  /** What still has to be published, and how old the oldest of it is. */
  readonly outbox: (state: { readonly pending: number; readonly lagSeconds: number }) => void
  /** How many sockets are open now. */
  readonly socketsOpen: (sockets: number) => void
  /** `type` is one of the protocol's, so that the number of series stays bounded. */
  readonly frames: (direction: "in" | "out", type: string, count: number) => void
  /** `error`: what is kept could not be asked, or not be relied upon. */
  readonly cacheAsked: (cache: CacheName, result: "hit" | "miss" | "error") => void
  /** Everything measured so far, in the Prometheus text format. */
  readonly exposition: Effect.Effect<{ readonly contentType: string; readonly body: string }>
}>()("@opsdesk/capabilities/Metrics") {}

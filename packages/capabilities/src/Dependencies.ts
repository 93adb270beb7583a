import type { Effect } from "effect"
import { Context } from "effect"

export interface Trouble {
  /** Whether it could not be asked at all; else it was asked, and is not as it should be. */
  readonly away: boolean
  /** One line for the operator. */
  readonly detail: string
}

export interface Dependency {
  readonly name: string
  /** Whether the program can do its work with it alone; else it goes on without, slower. */
  readonly needed: boolean
  /** Null when it is fine. */
  readonly trouble: Effect.Effect<Trouble | null>
}

/** What a program has outside to do its work with; `/health/ready` asks each. */
export class Dependencies extends Context.Service<Dependencies, ReadonlyArray<Dependency>>()(
  "@opsdesk/capabilities/Dependencies"
) {}

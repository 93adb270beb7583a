import type { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import type { AuditDesk } from "@opsdesk/audit/AuditDesk"
import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Forbidden } from "@opsdesk/kernel/Problem"
import type { MessageDesk } from "@opsdesk/messages/MessageDesk"
import type { MessagePages } from "@opsdesk/messages/MessagePages"
import type { Guest } from "@opsdesk/rooms/Listener"
import type { Rooms } from "@opsdesk/rooms/Rooms"
import type { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import type { TicketPages } from "@opsdesk/tickets/TicketPages"
import type { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import type { PeopleDesk } from "@opsdesk/users/PeopleDesk"
import type { TeamDesk } from "@opsdesk/users/TeamDesk"
import type { UserDesk } from "@opsdesk/users/UserDesk"
import type { Stream } from "effect"
import { Context, Effect } from "effect"
import type { Once } from "../middleware/Once.ts"
import type { Loaders } from "./loaders.ts"
import { makeLoaders } from "./loaders.ts"
import type { AnyProblem } from "./problems.ts"
import { errorOf } from "./problems.ts"
import type { Run } from "./run.ts"
import { makeRun, sourceOf } from "./run.ts"

/** The desks that the graph asks: the same as the REST interface, and no store. */
export type GraphDesks =
  | AuditDesk
  | MessageDesk
  | MessagePages
  | Once
  | PeopleDesk
  | RateLimits
  | Rooms
  | TeamDesk
  | TicketDesk
  | TicketPages
  | TicketQueue
  | UserDesk

export type GraphServices = GraphDesks | CurrentActor

/** What the resolvers of one request share. */
export interface GraphContext {
  readonly run: Run<GraphServices>
  readonly loaders: Loaders
  /**
   * The same for one more event: told is what the listener may know by now, and nothing that was loaded for an earlier
   * one is kept. Throws once they may come in no more.
   */
  readonly anew: () => GraphContext
  /** Who listens, for as long as they may. */
  readonly guest: Effect.Effect<Guest, Unauthenticated | DependencyUnavailable>
  /** When the token by which they came runs out, in milliseconds; null where it says nothing of that. */
  readonly until: number | null
  /** A stream as a source of events, which ends with whoever reads it. */
  readonly source: <A>(stream: Stream.Stream<A, AnyProblem>) => AsyncIterable<A>
  /** The request's `Idempotency-Key`, which stands for its only mutation. */
  readonly idempotencyKey: string | undefined
  /** Notes what the request turned out to be about, and that it was answered before. */
  readonly note: { ticketId: (id: string) => void; replayed: () => void }
}

interface Asker extends Pick<GraphContext, "guest" | "until" | "idempotencyKey" | "note"> {
  readonly services: Context.Context<GraphServices>
  /** Aborted when whoever asks has left. */
  readonly signal: AbortSignal
  readonly requestId: string | null
}

/** What the resolvers of one operation share, whichever way it has come. */
export const graphOf = ({ guest, requestId, services, signal, ...rest }: Asker): GraphContext => {
  const source = sourceOf(services, signal, requestId)
  let listener: Guest | null = null
  const listening = Effect.tap(guest, (found) => Effect.sync(() => void (listener = found)))
  const sharedBy = (actor: Actor): GraphContext => {
    const running = makeRun(Context.add(services, CurrentActor, actor), signal, requestId)
    return { ...rest, guest: listening, run: running.run, source, anew, loaders: makeLoaders(running, requestId) }
  }
  const anew = (): GraphContext => {
    const actor = listener?.actor() ?? null
    if (actor === null) throw errorOf(new Forbidden({ permission: "ticket:read" }), requestId)
    return sharedBy(actor)
  }
  return sharedBy(Context.get(services, CurrentActor))
}

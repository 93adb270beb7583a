import type { TicketId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer } from "effect"
import { WatcherStore } from "./WatcherStore.ts"

/**
 * What those who act for nobody may ask about tickets: consumers of events, inside their own transaction. Who may hear of
 * what they are told is theirs to ask, of `TicketPolicy`.
 */
export class TicketDirectory extends Context.Service<TicketDirectory>()("@opsdesk/tickets/TicketDirectory", {
  make: Effect.gen(function*() {
    const store = yield* WatcherStore
    return {
      /** Whom some tickets concern, by id: one statement for all. */
      concerned: (ids: ReadonlyArray<TicketId>) =>
        Effect.map(store.concerned(ids), (found) => new Map(found.map((ticket) => [ticket.id, ticket])))
    }
  })
}) {
  static readonly layer = Layer.effect(TicketDirectory, TicketDirectory.make).pipe(Layer.provide(WatcherStore.layer))
}

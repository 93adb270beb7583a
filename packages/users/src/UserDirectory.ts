import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer } from "effect"
import { UserStore } from "./UserStore.ts"

/** What other slices may ask about people, inside their own transaction. */
export class UserDirectory extends Context.Service<UserDirectory>()("@opsdesk/users/UserDirectory", {
  make: Effect.gen(function*() {
    const store = yield* UserStore
    return {
      /** Whether somebody can be given tickets: an active agent or admin, who stays so until the transaction ends. */
      canBeAssigned: (id: UserId) =>
        Effect.flatMap(store.holdActive(id), (active) => active ? store.worksOnTickets(id) : Effect.succeed(false)),
      /** Whether somebody has an active account, which stays so until the transaction ends. */
      isActive: (id: UserId) => store.holdActive(id),
      /** Whether there is such a person, with an active account or without. */
      isKnown: (id: UserId) => Effect.map(store.byId(id), (found) => found.length > 0),
      /** Names and addresses of some people, by id: one statement for all. */
      named: (ids: ReadonlyArray<UserId>) =>
        Effect.map(store.named(ids), (found) => new Map(found.map((person) => [person.id, person]))),
      isTeam: (id: TeamId) => Effect.map(store.knownTeams([id]), (known) => known.length > 0)
    }
  })
}) {
  static readonly layer = Layer.effect(UserDirectory, UserDirectory.make).pipe(Layer.provide(UserStore.layer))
}

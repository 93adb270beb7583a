import { CurrentActor, holdsAnywhere } from "@opsdesk/access/Actor"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer } from "effect"
import { PeopleStore } from "./PeopleStore.ts"
import { TeamStore } from "./TeamStore.ts"
import { UserStore } from "./UserStore.ts"

/**
 * Who the people and teams are that are named on something which the actor may see, each list in one statement. What
 * they are called is told to whoever sees where they are named: a customer knows by name who answers them. Their accounts
 * are told to those who may see people, and to everybody their own; to others they are left out.
 */
export class PeopleDesk extends Context.Service<PeopleDesk>()("@opsdesk/users/PeopleDesk", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const names = yield* PeopleStore
    const users = yield* UserStore
    const teamStore = yield* TeamStore

    const namesOf = Effect.fn("PeopleDesk.namesOf")((ids: ReadonlyArray<UserId>) => names.people(ids), reading)

    const teamNamesOf = Effect.fn("PeopleDesk.teamNamesOf")((ids: ReadonlyArray<TeamId>) => names.teams(ids), reading)

    const accountsOf = Effect.fn("PeopleDesk.accountsOf")(function*(ids: ReadonlyArray<UserId>) {
      const actor = yield* CurrentActor
      const told = holdsAnywhere(actor, "user:read") ? ids : ids.filter((id) => id === actor.userId)
      return told.length === 0 ? [] : yield* users.byIds(told)
    }, reading)

    const teamsOf = Effect.fn("PeopleDesk.teamsOf")(function*(ids: ReadonlyArray<TeamId>) {
      return holdsAnywhere(yield* CurrentActor, "user:read") ? yield* teamStore.byIds(ids) : []
    }, reading)

    return { namesOf, teamNamesOf, accountsOf, teamsOf }
  })
}) {
  static readonly layer = Layer.effect(PeopleDesk, PeopleDesk.make).pipe(
    Layer.provide([PeopleStore.layer, UserStore.layer, TeamStore.layer])
  )
}

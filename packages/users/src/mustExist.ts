import type { TeamId } from "@opsdesk/kernel/Ids"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import { UserStore } from "./UserStore.ts"

/** Points at each that is not among those known. */
const unknownIn = Effect.fnUntraced(function*(
  field: string,
  what: string,
  given: ReadonlyArray<string>,
  known: ReadonlyArray<string>
) {
  const errors = given.flatMap((one, at) =>
    known.includes(one) ? [] : [{ pointer: `/${field}/${at}`, detail: `is not the ${what}` }]
  )
  if (errors.length > 0) return yield* new ValidationFailed({ errors })
})

/** Refuses what names no role and no team, each at its place. */
export const makeMustExist = Effect.map(UserStore, (store) => ({
  roles: (roles: ReadonlyArray<string>) =>
    Effect.flatMap(
      store.knownRoles(roles),
      (known) => unknownIn("roles", "name of a role", roles, known.map(({ name }) => name))
    ),
  teams: (teamIds: ReadonlyArray<TeamId>) =>
    Effect.flatMap(
      store.knownTeams(teamIds),
      (known) => unknownIn("teamIds", "id of a team", teamIds, known.map(({ id }) => id))
    )
}))

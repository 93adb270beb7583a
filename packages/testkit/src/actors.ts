import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor, grantsOf } from "@opsdesk/access/Actor"
import { builtInRoles } from "@opsdesk/access/Role"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Effect } from "effect"
import type { Person } from "./people.ts"
import { people, personIds, teamIds } from "./people.ts"

export const userIdOf = (person: Person): UserId => UserId.make(personIds[person])

export const teamIdOf = (team: keyof typeof teamIds): TeamId => TeamId.make(teamIds[team])

/** Somebody of the tests as a desk meets them, with all that their built-in role grants. */
export const actorOf = (person: Person): Actor => {
  const { role, team } = people[person]
  return {
    userId: userIdOf(person),
    sessionId: personIds[person],
    roles: [role],
    teamIds: new Set(team === null ? [] : [teamIdOf(team)]),
    grants: grantsOf(builtInRoles.filter(({ name }) => name === role).flatMap(({ permissions }) => permissions)),
    apiTokenId: null
  }
}

/** Says who acts. */
export const as = (person: Person) => Effect.provideService(CurrentActor, actorOf(person))

import type { User } from "@opsdesk/users/User"
import type { GraphContext } from "./graphContext.ts"
import type { PersonRef } from "./rows.ts"
import type { Resolvers } from "./types.ts"

/** The account behind a name, or null for those who may not see it. */
const accountOf = async ({ account, id }: PersonRef, { loaders }: GraphContext): Promise<User | null> =>
  account ?? (await loaders.accounts.load(id)) ?? null

const of =
  <Field extends keyof User>(field: Field) =>
  async (person: PersonRef, _: object, context: GraphContext): Promise<User[Field] | null> =>
    (await accountOf(person, context))?.[field] ?? null

/** People and teams where they are named. */
export const PeopleGraph: Resolvers = {
  User: {
    name: async ({ account, id }, _, { loaders }) => {
      const name = account?.name ?? (await loaders.names.load(id))?.name
      if (name === undefined) throw new Error("somebody is named who is not there")
      return name
    },
    email: of("email"),
    active: of("active"),
    roles: of("roles"),
    teamIds: of("teamIds"),
    createdAt: of("createdAt"),
    updatedAt: of("updatedAt")
  },
  Team: {
    name: async ({ id, team }, _, { loaders }) => {
      const name = team?.name ?? (await loaders.teamNames.load(id))?.name
      if (name === undefined) throw new Error("a team is named that is not there")
      return name
    },
    memberIds: async ({ id, team }, _, { loaders }) => (team ?? (await loaders.teams.load(id)))?.memberIds ?? null
  }
}

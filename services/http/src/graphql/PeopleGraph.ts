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
    name: ({ account, id }, _, { loaders }) => account?.name ?? loaders.names.load(id),
    email: of("email"),
    active: of("active"),
    roles: of("roles"),
    teamIds: of("teamIds"),
    createdAt: of("createdAt"),
    updatedAt: of("updatedAt")
  },
  Team: {
    name: ({ id, team }, _, { loaders }) => team?.name ?? loaders.teamNames.load(id),
    memberIds: async ({ id, team }, _, { loaders }) => (team ?? (await loaders.teams.load(id)))?.memberIds ?? null
  }
}

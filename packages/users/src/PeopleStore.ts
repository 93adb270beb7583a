import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const decodePeople = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: UserId, name: Schema.String })))
const decodeTeams = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: TeamId, name: Schema.String })))

/** All SQL about what people and teams are called. */
export class PeopleStore extends Context.Service<PeopleStore>()("@opsdesk/users/PeopleStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const people = (ids: ReadonlyArray<UserId>) =>
      Effect.flatMap(sql`select id, name from users where id = any(${ids}::uuid[])`, decodePeople)

    const teams = (ids: ReadonlyArray<TeamId>) =>
      Effect.flatMap(sql`select id, name from teams where id = any(${ids}::uuid[])`, decodeTeams)

    return { people, teams }
  })
}) {
  static readonly layer = Layer.effect(PeopleStore, PeopleStore.make)
}

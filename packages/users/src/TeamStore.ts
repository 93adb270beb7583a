import { onConstraint } from "@opsdesk/capabilities/onConstraint"
import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Team } from "./Team.ts"

const decodeTeams = Schema.decodeUnknownEffect(Schema.Array(Team))

/** All SQL about teams. */
export class TeamStore extends Context.Service<TeamStore>()("@opsdesk/users/TeamStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`
      t.id, t.name, array(select m.user_id from team_members m where m.team_id = t.id order by m.user_id) as member_ids`

    const page = (after: { readonly name: string; readonly id: string } | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from teams t
          where ${after === null ? sql`true` : sql`(t.name, t.id) > (${after.name}, ${after.id}::uuid)`}
          order by t.name, t.id
          limit ${rows}`,
        decodeTeams
      )

    const count = Effect.map(sql<{ count: number }>`select count(*) as count from teams`, ([row]) => row?.count ?? 0)

    const byId = (id: TeamId) => Effect.flatMap(sql`select ${columns} from teams t where t.id = ${id}`, decodeTeams)

    const byIds = (ids: ReadonlyArray<TeamId>) =>
      Effect.flatMap(sql`select ${columns} from teams t where t.id = any(${ids}::uuid[])`, decodeTeams)

    /** Holds the team until the transaction ends; its members are read once nobody else can change them. */
    const lock = (id: TeamId) => Effect.andThen(sql`select from teams where id = ${id} for no key update`, byId(id))

    const insert = (team: Team, at: DateTime.Utc) =>
      sql`insert into teams (id, name, created_at) values (${team.id}, ${team.name}, ${DateTime.toDateUtc(at)})`.pipe(
        onConstraint("teams_name_key", () => ValidationFailed.at("/name", "is the name of another team"))
      )

    const addMember = (teamId: TeamId, userId: UserId) =>
      sql`insert into team_members (team_id, user_id) values (${teamId}, ${userId}) on conflict do nothing`.pipe(
        Effect.asVoid
      )

    const removeMember = (teamId: TeamId, userId: UserId) =>
      sql`delete from team_members where team_id = ${teamId} and user_id = ${userId}`.pipe(Effect.asVoid)

    return { page, count, byId, byIds, lock, insert, addMember, removeMember }
  })
}) {
  static readonly layer = Layer.effect(TeamStore, TeamStore.make)
}

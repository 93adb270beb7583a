import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grant } from "./Permission.ts"

const ActorRow = Schema.Struct({
  userId: UserId,
  roles: Schema.Array(Schema.String),
  teamIds: Schema.Array(TeamId),
  grants: Schema.Array(Grant)
})
export type ActorRow = typeof ActorRow.Type
const decodeActors = Schema.decodeUnknownEffect(Schema.Array(ActorRow))

const Peers = Schema.Struct({
  roles: Schema.Array(Schema.String),
  grants: Schema.Array(Grant),
  people: Schema.Array(Schema.Struct({ userId: UserId, teamIds: Schema.Array(TeamId) }))
})
const decodePeers = Schema.decodeUnknownEffect(Schema.Array(Peers))

/** All SQL about what somebody may do at this moment. */
export class RightsStore extends Context.Service<RightsStore>()("@opsdesk/access/RightsStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const standing = sql`
      u.id as user_id,
      array(select r.name from user_roles ur join roles r on r.id = ur.role_id
            where ur.user_id = u.id order by r.name) as roles,
      array(select m.team_id from team_members m where m.user_id = u.id) as team_ids,
      coalesce((select jsonb_agg(distinct jsonb_build_object('permission', p.permission, 'scope', p.scope))
                from user_roles ur join role_permissions p on p.role_id = ur.role_id
                where ur.user_id = u.id), '[]') as grants`

    /** An active account with its roles, grants and teams, in one statement, if the session named is open. */
    const actor = Effect.fnUntraced(function*(userId: UserId, sessionId: string | null) {
      const at = DateTime.toDateUtc(yield* DateTime.now)
      const isOpen = sessionId === null ? sql`true` : sql`exists (
        select from sessions s
        where s.id = ${sessionId} and s.user_id = u.id and s.ended_at is null and s.expires_at > ${at})`
      return yield* Effect.flatMap(
        sql`
          select ${standing} from users u
          where u.id = ${userId} and u.active and ${isOpen}`,
        decodeActors
      )
    })

    /**
     * Those of some people whose accounts are active, in one statement. Many of them have the same roles: what those grant is
     * looked up once.
     */
    const actors = (userIds: ReadonlyArray<UserId>) =>
      sql`
        select peers.people,
          array(select r.name from roles r where r.id = any(peers.role_ids) order by r.name) as roles,
          coalesce((select jsonb_agg(distinct jsonb_build_object('permission', p.permission, 'scope', p.scope))
                    from role_permissions p where p.role_id = any(peers.role_ids)), '[]') as grants
        from (
          select role_ids, jsonb_agg(jsonb_build_object('userId', id, 'teamIds', team_ids)) as people
          from (
            select u.id,
              array(select ur.role_id from user_roles ur where ur.user_id = u.id order by ur.role_id) as role_ids,
              array(select m.team_id from team_members m where m.user_id = u.id) as team_ids
            from users u where u.id = any(${userIds}::uuid[]) and u.active
          ) one
          group by role_ids
        ) peers`.pipe(
        Effect.flatMap(decodePeers),
        Effect.map((found) =>
          found.flatMap(({ grants, people, roles }) => people.map((person): ActorRow => ({ ...person, roles, grants })))
        )
      )

    const epoch = Effect.map(
      sql<{ epoch: number }>`select epoch from access_epoch`,
      ([row]) => row?.epoch ?? 0
    )

    const moveEpoch = Effect.asVoid(sql`update access_epoch set epoch = epoch + 1`)

    return { actor, actors, epoch, moveEpoch }
  })
}) {
  static readonly layer = Layer.effect(RightsStore, RightsStore.make)
}

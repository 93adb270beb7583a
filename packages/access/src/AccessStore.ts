import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grant } from "./Permission.ts"
import type { RoleName } from "./Role.ts"
import { Role } from "./Role.ts"

const ActorRow = Schema.Struct({
  userId: UserId,
  roles: Schema.Array(Schema.String),
  teamIds: Schema.Array(TeamId),
  grants: Schema.Array(Grant)
})

const decodeActors = Schema.decodeUnknownEffect(Schema.Array(ActorRow))
const decodeNames = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ name: Schema.String })))
const decodeRoles = Schema.decodeUnknownEffect(Schema.Array(Role))

/** All SQL about roles and what they grant. */
export class AccessStore extends Context.Service<AccessStore>()("@opsdesk/access/AccessStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** An active account with its roles, grants and teams, in one statement: every request begins with it. */
    const actor = (userId: UserId) =>
      Effect.flatMap(
        sql`
          select u.id as user_id,
            array(select r.name from user_roles ur join roles r on r.id = ur.role_id
                  where ur.user_id = u.id order by r.name) as roles,
            array(select m.team_id from team_members m where m.user_id = u.id) as team_ids,
            coalesce((select jsonb_agg(distinct jsonb_build_object('permission', p.permission, 'scope', p.scope))
                      from user_roles ur join role_permissions p on p.role_id = ur.role_id
                      where ur.user_id = u.id), '[]') as grants
          from users u
          where u.id = ${userId} and u.active`,
        decodeActors
      )

    const roles = (after: string | null, rows: number) =>
      Effect.flatMap(
        sql`
          select r.id, r.name,
            coalesce((select jsonb_agg(jsonb_build_object('permission', p.permission, 'scope', p.scope)
                                       order by p.permission, p.scope)
                      from role_permissions p where p.role_id = r.id), '[]') as permissions
          from roles r
          where ${after === null ? sql`true` : sql`r.name > ${after}`}
          order by r.name
          limit ${rows}`,
        decodeRoles
      )

    const countRoles = Effect.map(
      sql<{ count: number }>`select count(*)::int as count from roles`,
      ([row]) => row?.count ?? 0
    )

    /** Brings the permissions of this version in, and says which are new. */
    const insertPermissions = (all: ReadonlyArray<{ readonly name: string; readonly description: string }>) =>
      Effect.flatMap(
        sql`
          insert into permissions (name, description)
          select * from unnest(${all.map(({ name }) => name)}::text[], ${
          all.map(({ description }) => description)
        }::text[])
          on conflict (name) do nothing
          returning name`,
        decodeNames
      )

    const insertRole = (id: string, name: RoleName, at: DateTime.Utc) =>
      sql`
        insert into roles (id, name, built_in, created_at) values (${id}, ${name}, true, ${DateTime.toDateUtc(at)})
        on conflict (name) do nothing`

    const insertGrants = (role: RoleName, grants: ReadonlyArray<Grant>) =>
      sql`
        insert into role_permissions (role_id, permission, scope)
        select r.id, g.permission, g.scope
        from roles r, unnest(${grants.map(({ permission }) => permission)}::text[], ${
        grants.map(({ scope }) => scope)
      }::text[]) as g(permission, scope)
        where r.name = ${role}
        on conflict do nothing`

    return { actor, roles, countRoles, insertPermissions, insertRole, insertGrants }
  })
}) {
  static readonly layer = Layer.effect(AccessStore, AccessStore.make)
}

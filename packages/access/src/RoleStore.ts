import { onConstraint } from "@opsdesk/capabilities/onConstraint"
import type { RoleId, UserId } from "@opsdesk/kernel/Ids"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grant } from "./Permission.ts"
import type { RoleName } from "./Role.ts"
import { Role, RoleGrant } from "./Role.ts"

/** `version` grows with each change; it is told as `ETag` only. */
const VersionedRole = Schema.Struct({ ...Role.fields, version: Schema.Int })
export type VersionedRole = typeof VersionedRole.Type
const decodeRoles = Schema.decodeUnknownEffect(Schema.Array(VersionedRole))
const decodeGrants = Schema.decodeUnknownEffect(Schema.Array(Grant))

const decodeRoleGrants = Schema.decodeUnknownEffect(Schema.Array(RoleGrant))

/** All SQL that changes roles, and that says who has what through them. */
export class RoleStore extends Context.Service<RoleStore>()("@opsdesk/access/RoleStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const byId = (id: RoleId) =>
      Effect.flatMap(
        sql`
          select r.id, r.name, r.version,
            coalesce((select jsonb_agg(jsonb_build_object('permission', p.permission, 'scope', p.scope)
                                       order by p.permission, p.scope)
                      from role_permissions p where p.role_id = r.id), '[]') as permissions
          from roles r where r.id = ${id}`,
        decodeRoles
      )

    /** Holds the role until the transaction ends; what it grants is read once nobody else can change it. */
    const lock = (id: RoleId) => Effect.andThen(sql`select from roles where id = ${id} for no key update`, byId(id))

    const insert = (role: Role, at: DateTime.Utc) =>
      sql`insert into roles (id, name, created_at) values (${role.id}, ${role.name}, ${DateTime.toDateUtc(at)})`.pipe(
        onConstraint("roles_name_key", () => ValidationFailed.at("/name", "is the name of another role"))
      )

    const setGrants = Effect.fnUntraced(function*(id: RoleId, grants: ReadonlyArray<Grant>) {
      const wanted = sql`
        select g.permission, g.scope
        from unnest(${grants.map(({ permission }) => permission)}::text[], ${
        grants.map(({ scope }) => scope)
      }::text[]) as g(permission, scope)`
      yield* sql`delete from role_permissions where role_id = ${id} and (permission, scope) not in (${wanted})`
      yield* sql`
        insert into role_permissions (role_id, permission, scope)
        select ${id}, w.permission, w.scope from (${wanted}) w
        on conflict do nothing`
    })

    /** A change that lies in another table. */
    const touch = (id: RoleId) => Effect.asVoid(sql`update roles set version = version + 1 where id = ${id}`)

    const grantsOfRoles = (names: ReadonlyArray<RoleName>) =>
      Effect.flatMap(
        sql`
          select distinct p.permission, p.scope
          from role_permissions p join roles r on r.id = p.role_id
          where r.name = any(${names}::text[])
          order by p.permission, p.scope`,
        decodeGrants
      )

    /** Whether or not the account is active. */
    const grantsOfUser = (id: UserId) =>
      Effect.flatMap(
        sql`
          select r.name as role, p.permission, p.scope
          from user_roles ur join roles r on r.id = ur.role_id join role_permissions p on p.role_id = r.id
          where ur.user_id = ${id}
          order by r.name, p.permission, p.scope`,
        decodeRoleGrants
      )

    const isActive = (id: UserId) =>
      Effect.map(sql`select from users where id = ${id} and active`, (rows) => rows.length > 0)

    /** Waits until nobody else changes who may do what, and keeps it so until the transaction ends. */
    const holdAdminRole = Effect.asVoid(sql`select from roles where name = 'admin' for no key update`)

    /** Whether somebody who can come in may both give roles and change accounts. */
    const someAdmin = Effect.map(
      sql`
        select from users u
        where u.active
          and (u.password_hash is not null or exists (select from oidc_identities i where i.user_id = u.id))
          and 2 = (
          select count(distinct p.permission)
          from user_roles ur join role_permissions p on p.role_id = ur.role_id
          where ur.user_id = u.id and p.scope = 'any' and p.permission in ('role:write', 'user:write'))
        limit 1`,
      (rows) => rows.length > 0
    )

    return { byId, lock, insert, setGrants, touch, grantsOfRoles, grantsOfUser, isActive, holdAdminRole, someAdmin }
  })
}) {
  static readonly layer = Layer.effect(RoleStore, RoleStore.make)
}

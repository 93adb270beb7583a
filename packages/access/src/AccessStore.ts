import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grant } from "./Permission.ts"
import type { RoleName } from "./Role.ts"
import { Role } from "./Role.ts"

const decodeNames = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ name: Schema.String })))
const decodeRoles = Schema.decodeUnknownEffect(Schema.Array(Role))
const decodeRole = Schema.decodeUnknownEffect(Schema.Tuple([Role]))
const decodeGrants = Schema.decodeUnknownEffect(Schema.Array(Grant))

/** All SQL about roles and what they grant. */
export class AccessStore extends Context.Service<AccessStore>()("@opsdesk/access/AccessStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`
      r.id, r.name,
      coalesce((select jsonb_agg(jsonb_build_object('permission', p.permission, 'scope', p.scope)
                                 order by p.permission, p.scope)
                from role_permissions p where p.role_id = r.id), '[]') as permissions`

    const roles = (after: string | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from roles r
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

    /** Says whether it was new. */
    const insertRole = (id: string, name: RoleName, at: DateTime.Utc) =>
      Effect.map(
        sql`
          insert into roles (id, name, built_in, created_at) values (${id}, ${name}, true, ${DateTime.toDateUtc(at)})
          on conflict (name) do nothing
          returning id`,
        (rows) => rows.length > 0
      )

    /** Says which of them the role did not have. */
    const insertGrants = (role: RoleName, grants: ReadonlyArray<Grant>) =>
      Effect.flatMap(
        sql`
          insert into role_permissions (role_id, permission, scope)
          select r.id, g.permission, g.scope
          from roles r, unnest(${grants.map(({ permission }) => permission)}::text[], ${
          grants.map(({ scope }) => scope)
        }::text[]) as g(permission, scope)
          where r.name = ${role}
          on conflict do nothing
          returning permission, scope`,
        decodeGrants
      )

    /** A change that lies in another table; says what the role is by then. */
    const touch = (role: RoleName) =>
      Effect.map(
        Effect.flatMap(
          sql`update roles r set version = version + 1 where r.name = ${role} returning ${columns}`,
          decodeRole
        ),
        ([touched]) => touched
      )

    return { roles, countRoles, insertPermissions, insertRole, insertGrants, touch }
  })
}) {
  static readonly layer = Layer.effect(AccessStore, AccessStore.make)
}

import { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grant } from "./Permission.ts"

const IdentityRow = Schema.Struct({
  userId: UserId,
  active: Schema.Boolean,
  roles: Schema.Array(Schema.String),
  rolesAt: Schema.Date,
  saidGrants: Schema.Array(Grant)
})
const decodeIdentities = Schema.decodeUnknownEffect(Schema.Array(IdentityRow))
const decodeNames = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ name: Schema.String })))

/** What somebody is whom the provider gives no role that the desk knows. */
export const leastRole = "customer"

export interface Identity {
  readonly issuer: string
  readonly subject: string
}

export interface NewPerson {
  readonly id: UserId
  readonly email: string
  readonly name: string
  readonly at: DateTime.Utc
}

/** All SQL about people who come from a provider of identities. */
export class OidcStore extends Context.Service<OidcStore>()("@opsdesk/access/OidcStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** The account of somebody, and what the roles grant that are `said` of them this time, whether they have them or not. */
    const identity = ({ issuer, subject }: Identity, said: ReadonlyArray<string>) =>
      Effect.flatMap(
        sql`
          with said as (select id from roles where name = any(${said}::text[]))
          select i.user_id, u.active, i.roles_at,
            array(select r.name from user_roles ur join roles r on r.id = ur.role_id
                  where ur.user_id = u.id order by r.name) as roles,
            coalesce((select jsonb_agg(distinct jsonb_build_object('permission', p.permission, 'scope', p.scope))
                      from role_permissions p join roles r on r.id = p.role_id
                      where r.id in (select id from said)
                        or (r.name = ${leastRole} and not exists (select from said))), '[]') as said_grants
          from oidc_identities i join users u on u.id = i.user_id
          where i.issuer = ${issuer} and i.subject = ${subject}`,
        decodeIdentities
      )

    /**
     * Holds the account until the transaction ends, and reads the identity in a second statement: the first may have
     * waited, and what it has read of other tables is from before the wait.
     */
    const lock = (known: Identity, userId: UserId) =>
      Effect.andThen(sql`select from users where id = ${userId} for no key update`, identity(known, []))

    /** Says whether it was new: of two at the same moment one is, and the other has waited for it. */
    const insertIdentity = ({ issuer, subject }: Identity, userId: UserId, rolesAt: DateTime.Utc, at: DateTime.Utc) =>
      Effect.map(
        sql`
          insert into oidc_identities (issuer, subject, user_id, roles_at, created_at)
          values (${issuer}, ${subject}, ${userId}, ${DateTime.toDateUtc(rolesAt)}, ${DateTime.toDateUtc(at)})
          on conflict (issuer, subject) do nothing
          returning issuer`,
        (rows) => rows.length > 0
      )

    /** Says whether the address was free. */
    const insertPerson = ({ at, email, id, name }: NewPerson) =>
      Effect.map(
        sql`
          insert into users (id, email, name, active, password_hash, created_at, updated_at)
          values (${id}, ${email}, ${name}, true, null, ${DateTime.toDateUtc(at)}, ${DateTime.toDateUtc(at)})
          on conflict (lower(email)) do nothing
          returning id`,
        (rows) => rows.length > 0
      )

    const knownRoles = (names: ReadonlyArray<string>) =>
      Effect.map(
        Effect.flatMap(sql`select name from roles where name = any(${names}::text[]) order by name`, decodeNames),
        (rows) => rows.map(({ name }) => name)
      )

    const setRoles = Effect.fnUntraced(function*(userId: UserId, roles: ReadonlyArray<string>) {
      yield* sql`
        delete from user_roles ur using roles r
        where ur.user_id = ${userId} and r.id = ur.role_id and r.name <> all(${roles}::text[])`
      yield* sql`
        insert into user_roles (user_id, role_id)
        select ${userId}, r.id from roles r where r.name = any(${roles}::text[])
        on conflict do nothing`
    })

    /** A change that lies in another table. */
    const touch = (userId: UserId, at: DateTime.Utc) =>
      sql`update users set version = version + 1, updated_at = ${DateTime.toDateUtc(at)} where id = ${userId}`.pipe(
        Effect.asVoid
      )

    const rolesSaid = ({ issuer, subject }: Identity, at: DateTime.Utc) =>
      sql`
        update oidc_identities set roles_at = ${DateTime.toDateUtc(at)}
        where issuer = ${issuer} and subject = ${subject}`.pipe(Effect.asVoid)

    return { identity, lock, insertIdentity, insertPerson, knownRoles, setRoles, touch, rolesSaid }
  })
}) {
  static readonly layer = Layer.effect(OidcStore, OidcStore.make)
}

import { onConstraint } from "@opsdesk/capabilities/onConstraint"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import { User } from "./User.ts"
import { EmailTaken } from "./UserProblems.ts"

export interface UserFilter {
  readonly q?: string
  readonly role?: string
  readonly team?: TeamId
  readonly active?: boolean
}

const decodeUsers = Schema.decodeUnknownEffect(Schema.Array(User))
const decodeNames = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ name: Schema.String })))
const Named = Schema.Struct({ id: UserId, name: Schema.String, email: Schema.String })
const decodeNamed = Schema.decodeUnknownEffect(Schema.Array(Named))
const decodeTeamIds = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ id: TeamId })))

const emailIsTaken = onConstraint("users_email_key", () => new EmailTaken())

/** All SQL about accounts. */
export class UserStore extends Context.Service<UserStore>()("@opsdesk/users/UserStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`
      u.id, u.email, u.name, u.active, u.version, u.created_at, u.updated_at,
      array(select r.name from user_roles ur join roles r on r.id = ur.role_id
            where ur.user_id = u.id order by r.name) as roles,
      array(select m.team_id from team_members m where m.user_id = u.id order by m.team_id) as team_ids`

    const matching = (filter: UserFilter): Statement.Fragment => {
      const where: Array<Statement.Fragment> = []
      if (filter.active !== undefined) where.push(sql`u.active = ${filter.active}`)
      if (filter.role !== undefined) {
        where.push(sql`exists (select from user_roles ur join roles r on r.id = ur.role_id
                               where ur.user_id = u.id and r.name = ${filter.role})`)
      }
      if (filter.team !== undefined) {
        where.push(sql`exists (select from team_members m where m.user_id = u.id and m.team_id = ${filter.team})`)
      }
      if (filter.q !== undefined) {
        const pattern = `%${filter.q.replaceAll(/[%_\\]/g, "\\$&")}%`
        where.push(sql`(u.name ilike ${pattern} or u.email ilike ${pattern})`)
      }
      return sql.and(where)
    }

    const page = (filter: UserFilter, after: { readonly name: string; readonly id: string } | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from users u
          where ${matching(filter)}
            and ${after === null ? sql`true` : sql`(u.name, u.id) > (${after.name}, ${after.id}::uuid)`}
          order by u.name, u.id
          limit ${rows}`,
        decodeUsers
      )

    const count = (filter: UserFilter, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (select from users u where ${matching(filter)} limit ${upTo}) counted`,
        ([row]) => row?.count ?? 0
      )

    const byIds = (ids: ReadonlyArray<UserId>) =>
      Effect.flatMap(sql`select ${columns} from users u where u.id = any(${ids}::uuid[])`, decodeUsers)

    const byId = (id: UserId) => Effect.flatMap(sql`select ${columns} from users u where u.id = ${id}`, decodeUsers)

    /**
     * Holds the account until the transaction ends. Read in a second statement: the first may have waited, and what it
     * has read of other tables is from before the wait. Those who only name the account need not wait for it.
     */
    const lock = (id: UserId) => Effect.andThen(sql`select from users where id = ${id} for no key update`, byId(id))

    /** Holds teams until the transaction ends. Whoever changes who is in a team holds the person first, then the team. */
    const lockTeams = (ids: ReadonlyArray<TeamId>) =>
      Effect.asVoid(sql`select from teams where id = any(${ids}::uuid[]) order by id for no key update`)

    const insert = (user: User, passwordHash: string | null) =>
      sql`
        insert into users (id, email, name, active, password_hash, version, created_at, updated_at)
        values (${user.id}, ${user.email}, ${user.name}, ${user.active}, ${passwordHash}, ${user.version},
          ${DateTime.toDateUtc(user.createdAt)}, ${DateTime.toDateUtc(user.updatedAt)})`.pipe(emailIsTaken)

    const update = (user: User, passwordHash: string | null) =>
      sql`
        update users set email = ${user.email}, name = ${user.name}, active = ${user.active},
          password_hash = coalesce(${passwordHash}, password_hash), version = ${user.version},
          updated_at = ${DateTime.toDateUtc(user.updatedAt)}
        where id = ${user.id}`.pipe(emailIsTaken)

    /** A change that lies in another table. */
    const touch = (user: User) =>
      sql`
        update users set version = ${user.version}, updated_at = ${DateTime.toDateUtc(user.updatedAt)}
        where id = ${user.id}`.pipe(Effect.asVoid)

    const setRoles = Effect.fnUntraced(function*(id: UserId, roles: ReadonlyArray<string>) {
      yield* sql`
        delete from user_roles ur using roles r
        where ur.user_id = ${id} and r.id = ur.role_id and r.name <> all(${roles}::text[])`
      yield* sql`
        insert into user_roles (user_id, role_id)
        select ${id}, r.id from roles r where r.name = any(${roles}::text[])
        on conflict do nothing`
    })

    const setTeams = Effect.fnUntraced(function*(id: UserId, teamIds: ReadonlyArray<TeamId>) {
      yield* sql`delete from team_members where user_id = ${id} and team_id <> all(${teamIds}::uuid[])`
      yield* sql`
        insert into team_members (team_id, user_id)
        select team_id, ${id} from unnest(${teamIds}::uuid[]) as team_id
        on conflict do nothing`
    })

    const knownRoles = (names: ReadonlyArray<string>) =>
      Effect.flatMap(sql`select name from roles where name = any(${names}::text[])`, decodeNames)

    const knownTeams = (ids: ReadonlyArray<TeamId>) =>
      Effect.flatMap(sql`select id from teams where id = any(${ids}::uuid[])`, decodeTeamIds)

    /** Whether the account is active. It stays as it is, with the person's roles, until the transaction ends. */
    const holdActive = (id: UserId) =>
      Effect.map(sql`select from users where id = ${id} and active for share`, (rows) => rows.length > 0)

    /** Whether somebody has a role that works on other people's tickets; asked, like `lock`, once they are held. */
    const worksOnTickets = (id: UserId) =>
      Effect.map(
        sql`
          select from user_roles ur join role_permissions p on p.role_id = ur.role_id
          where ur.user_id = ${id} and p.permission = 'ticket:update' and p.scope in ('team', 'any')
          limit 1`,
        (rows) => rows.length > 0
      )

    /** What people are called and where their mail goes. */
    const named = (ids: ReadonlyArray<UserId>) =>
      Effect.flatMap(sql`select id, name, email from users where id = any(${ids}::uuid[])`, decodeNamed)

    return {
      named,
      page,
      count,
      byId,
      byIds,
      lock,
      lockTeams,
      insert,
      update,
      touch,
      setRoles,
      setTeams,
      knownRoles,
      knownTeams,
      holdActive,
      worksOnTickets
    }
  })
}) {
  static readonly layer = Layer.effect(UserStore, UserStore.make)
}

import { ApiTokenId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ApiToken } from "./ApiToken.ts"
import { Grant } from "./Permission.ts"

const decodeTokens = Schema.decodeUnknownEffect(Schema.Array(ApiToken))

const Live = Schema.Struct({
  id: ApiTokenId,
  userId: UserId,
  scopes: Schema.Array(Grant),
  lastUsedAt: Schema.NullOr(Schema.DateTimeUtcFromDate)
})
export type LiveToken = typeof Live.Type
const decodeLive = Schema.decodeUnknownEffect(Schema.Array(Live))

/** All SQL about API tokens. */
export class ApiTokenStore extends Context.Service<ApiTokenStore>()("@opsdesk/access/ApiTokenStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const scopes = sql`
      coalesce((select jsonb_agg(jsonb_build_object('permission', s.permission, 'scope', s.scope)
                                 order by s.permission, s.scope)
                from api_token_scopes s where s.token_id = t.id), '[]') as scopes`

    const columns = sql`t.id, t.name, ${scopes}, t.prefix, t.created_at, t.expires_at, t.last_used_at`

    const page = (owner: UserId, before: string | null, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from api_tokens t
          where t.user_id = ${owner} and ${before === null ? sql`true` : sql`t.id < ${before}::uuid`}
          order by t.id desc
          limit ${rows}`,
        decodeTokens
      )

    const count = (owner: UserId, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (select from api_tokens where user_id = ${owner} limit ${upTo}) counted`,
        ([row]) => row?.count ?? 0
      )

    /** Holds the owner until the transaction ends: whoever makes another token for them counts after this one is there. */
    const holdOwner = (owner: UserId) => Effect.asVoid(sql`select from users where id = ${owner} for no key update`)

    const countLive = (owner: UserId, at: DateTime.Utc) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from api_tokens where user_id = ${owner} and expires_at > ${DateTime.toDateUtc(at)}`,
        ([row]) => row?.count ?? 0
      )

    const dropExpired = (owner: UserId, before: DateTime.Utc) =>
      Effect.asVoid(sql`delete from api_tokens where user_id = ${owner} and expires_at < ${DateTime.toDateUtc(before)}`)

    const byId = (owner: UserId, id: ApiTokenId) =>
      Effect.flatMap(
        sql`select ${columns} from api_tokens t where t.user_id = ${owner} and t.id = ${id}`,
        decodeTokens
      )

    /** The token with this hash, if it is still good. */
    const live = (tokenHash: Uint8Array, at: DateTime.Utc) =>
      Effect.flatMap(
        sql`
          select t.id, t.user_id, t.last_used_at, ${scopes} from api_tokens t
          where t.token_hash = ${tokenHash} and t.expires_at > ${DateTime.toDateUtc(at)}`,
        decodeLive
      )

    const insert = Effect.fnUntraced(function*(owner: UserId, token: ApiToken, tokenHash: Uint8Array) {
      yield* sql`
        insert into api_tokens (id, user_id, name, prefix, token_hash, created_at, expires_at)
        values (${token.id}, ${owner}, ${token.name}, ${token.prefix}, ${tokenHash},
          ${DateTime.toDateUtc(token.createdAt)}, ${DateTime.toDateUtc(token.expiresAt)})`
      yield* sql`
        insert into api_token_scopes (token_id, permission, scope)
        select ${token.id}, s.permission, s.scope
        from unnest(${token.scopes.map(({ permission }) => permission)}::text[], ${
        token.scopes.map(({ scope }) => scope)
      }::text[]) as s(permission, scope)`
    })

    /** Two who come at once write one after the other, and the later one need not. */
    const touch = (id: ApiTokenId, at: DateTime.Utc, unlessSince: DateTime.Utc) =>
      sql`
        update api_tokens set last_used_at = ${DateTime.toDateUtc(at)}
        where id = ${id} and (last_used_at is null or last_used_at < ${DateTime.toDateUtc(unlessSince)})`.pipe(
        Effect.asVoid
      )

    /** Gives the row that is no more, or none. */
    const remove = (owner: UserId, id: ApiTokenId) =>
      sql<{ name: string; prefix: string }>`
        delete from api_tokens where user_id = ${owner} and id = ${id} returning name, prefix`

    /** Gives the rows that are no more. */
    const removeAll = (owner: UserId) =>
      sql<{ id: string; name: string; prefix: string }>`
        delete from api_tokens where user_id = ${owner} returning id, name, prefix`

    return { page, count, holdOwner, countLive, dropExpired, byId, live, insert, touch, remove, removeAll }
  })
}) {
  static readonly layer = Layer.effect(ApiTokenStore, ApiTokenStore.make)
}

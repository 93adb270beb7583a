import { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

/** Why a session is over. */
export type Ending = "signed-out" | "token-reused" | "password-changed" | "deactivated"

export interface NewSession {
  readonly id: string
  readonly userId: UserId
  readonly startedAt: DateTime.Utc
  readonly expiresAt: DateTime.Utc
}

export interface NewRefreshToken {
  readonly id: string
  readonly sessionId: string
  readonly parentId: string | null
  readonly userId: UserId
  readonly tokenHash: Uint8Array
  readonly issuedAt: DateTime.Utc
  readonly idleExpiresAt: DateTime.Utc
  readonly expiresAt: DateTime.Utc
}

const FamilyRow = Schema.Struct({ sessionId: Schema.String })
const decodeFamilies = Schema.decodeUnknownEffect(Schema.Array(FamilyRow))

/** A refresh token with its session, its account, and the one that has replaced it. */
const TokenRow = Schema.Struct({
  id: Schema.String,
  userId: UserId,
  sessionId: Schema.String,
  active: Schema.Boolean,
  ended: Schema.Boolean,
  idleExpiresAt: Schema.DateTimeUtcFromDate,
  expiresAt: Schema.DateTimeUtcFromDate,
  spentAt: Schema.NullOr(Schema.DateTimeUtcFromDate),
  spentWith: Schema.NullOr(Schema.Uint8Array),
  successorHash: Schema.NullOr(Schema.Uint8Array),
  successorSpent: Schema.NullOr(Schema.Boolean)
})
export type TokenRow = typeof TokenRow.Type
const decodeTokens = Schema.decodeUnknownEffect(Schema.Array(TokenRow))

/** All SQL about sessions and their refresh tokens. */
export class SessionStore extends Context.Service<SessionStore>()("@opsdesk/access/SessionStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const insert = ({ expiresAt, id, startedAt, userId }: NewSession) =>
      Effect.asVoid(sql`
        insert into sessions (id, user_id, started_at, expires_at)
        values (${id}, ${userId}, ${DateTime.toDateUtc(startedAt)}, ${DateTime.toDateUtc(expiresAt)})`)

    /**
     * Drops some of what has lapsed, more with each sign-in than one leaves behind. A spent token is kept until then, to be
     * known when it comes again.
     */
    const sweep = (at: DateTime.Utc) =>
      Effect.asVoid(sql`
        delete from sessions where id in (
          select id from sessions where expires_at <= ${DateTime.toDateUtc(at)}
          order by expires_at limit 5 for update skip locked)`)

    const insertToken = (token: NewRefreshToken) =>
      Effect.asVoid(sql`
        insert into refresh_tokens (id, family_id, parent_id, user_id, token_hash, issued_at, idle_expires_at, expires_at)
        values (${token.id}, ${token.sessionId}, ${token.parentId}, ${token.userId}, ${token.tokenHash},
          ${DateTime.toDateUtc(token.issuedAt)}, ${DateTime.toDateUtc(token.idleExpiresAt)},
          ${DateTime.toDateUtc(token.expiresAt)})`)

    /**
     * Holds the session that a token belongs to, then reads the token: whoever else brings a token of this session waits,
     * and finds what became of it.
     */
    const lockByToken = Effect.fnUntraced(function*(tokenHash: Uint8Array) {
      const families = yield* Effect.flatMap(
        sql`select family_id as session_id from refresh_tokens where token_hash = ${tokenHash}`,
        decodeFamilies
      )
      const [family] = families
      if (family === undefined) return []
      yield* sql`select from sessions where id = ${family.sessionId} for no key update`
      return yield* Effect.flatMap(
        sql`
          select t.id, t.user_id, t.family_id as session_id, u.active, s.ended_at is not null as ended,
            t.idle_expires_at, t.expires_at, t.spent_at, t.spent_with,
            n.token_hash as successor_hash, n.spent_at is not null as successor_spent
          from refresh_tokens t
          join sessions s on s.id = t.family_id
          join users u on u.id = t.user_id
          left join refresh_tokens n on n.parent_id = t.id
          where t.token_hash = ${tokenHash}`,
        decodeTokens
      )
    })

    const spend = (id: string, at: DateTime.Utc, spentWith: Uint8Array | null) =>
      Effect.asVoid(sql`
        update refresh_tokens set spent_at = ${DateTime.toDateUtc(at)}, spent_with = ${spentWith} where id = ${id}`)

    /** Ends a session that is still open, and says whether it was. */
    const end = (id: string, at: DateTime.Utc, because: Ending) =>
      Effect.map(
        sql`
          update sessions set ended_at = ${DateTime.toDateUtc(at)}, ended_because = ${because}
          where id = ${id} and ended_at is null
          returning id`,
        (rows) => rows.length > 0
      )

    const endAll = (userId: UserId, at: DateTime.Utc, because: Ending) =>
      Effect.asVoid(sql`
        update sessions set ended_at = ${DateTime.toDateUtc(at)}, ended_because = ${because}
        where user_id = ${userId} and ended_at is null`)

    return { insert, sweep, insertToken, lockByToken, spend, end, endAll }
  })
}) {
  static readonly layer = Layer.effect(SessionStore, SessionStore.make)
}

import { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const AccountRow = Schema.Struct({
  userId: UserId,
  passwordHash: Schema.NullOr(Schema.String),
  active: Schema.Boolean
})
const decodeAccounts = Schema.decodeUnknownEffect(Schema.Array(AccountRow))

/** All SQL about signing in. */
export class SessionStore extends Context.Service<SessionStore>()("@opsdesk/access/SessionStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const account = (email: string) =>
      Effect.flatMap(
        sql`select id as user_id, password_hash, active from users where lower(email) = lower(${email})`,
        decodeAccounts
      )

    const rehash = (userId: UserId, passwordHash: string) =>
      sql`update users set password_hash = ${passwordHash} where id = ${userId}`.pipe(Effect.asVoid)

    const insertRefreshToken = (token: {
      readonly id: string
      readonly familyId: string
      readonly userId: UserId
      readonly tokenHash: Uint8Array
      readonly issuedAt: DateTime.Utc
      readonly idleExpiresAt: DateTime.Utc
      readonly expiresAt: DateTime.Utc
    }) =>
      sql`
        insert into refresh_tokens (id, family_id, user_id, token_hash, issued_at, idle_expires_at, expires_at)
        values (${token.id}, ${token.familyId}, ${token.userId}, ${token.tokenHash},
          ${DateTime.toDateUtc(token.issuedAt)}, ${DateTime.toDateUtc(token.idleExpiresAt)},
          ${DateTime.toDateUtc(token.expiresAt)})`.pipe(Effect.asVoid)

    return { account, rehash, insertRefreshToken }
  })
}) {
  static readonly layer = Layer.effect(SessionStore, SessionStore.make)
}

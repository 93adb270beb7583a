import { UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const AccountRow = Schema.Struct({
  userId: UserId,
  passwordHash: Schema.NullOr(Schema.String),
  active: Schema.Boolean
})
const decodeAccounts = Schema.decodeUnknownEffect(Schema.Array(AccountRow))

/** All SQL about signing in. */
export class SignInStore extends Context.Service<SignInStore>()("@opsdesk/access/SignInStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const account = (email: string) =>
      Effect.flatMap(
        sql`select id as user_id, password_hash, active from users where lower(email) = lower(${email})`,
        decodeAccounts
      )

    /** Whether the account is still active with that password; it stays so until the transaction ends. */
    const stillHolds = (userId: UserId, passwordHash: string) =>
      Effect.map(
        sql`select from users where id = ${userId} and active and password_hash = ${passwordHash} for no key update`,
        (rows) => rows.length > 0
      )

    const rehash = (userId: UserId, passwordHash: string) =>
      Effect.asVoid(sql`update users set password_hash = ${passwordHash} where id = ${userId}`)

    return { account, stillHolds, rehash }
  })
}) {
  static readonly layer = Layer.effect(SignInStore, SignInStore.make)
}

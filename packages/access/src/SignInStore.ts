import { UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

const AccountRow = Schema.Struct({
  name: Schema.String,
  userId: Schema.NullOr(UserId),
  passwordHash: Schema.NullOr(Schema.String),
  active: Schema.Boolean
})
export type Account = typeof AccountRow.Type
const decodeAccounts = Schema.decodeUnknownEffect(Schema.Array(AccountRow))

/** All SQL about signing in. */
export class SignInStore extends Context.Service<SignInStore>()("@opsdesk/access/SignInStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    /** An address as the database compares it, in its own small letters, with the account of it, if there is one. */
    const account = (email: string) =>
      Effect.flatMap(
        sql`
          select a.name, u.id as user_id, u.password_hash, coalesce(u.active, false) as active
          from (select lower(${email}) as name) a left join users u on lower(u.email) = a.name`,
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

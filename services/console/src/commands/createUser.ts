import { NewUser } from "@opsdesk/users/User"
import { UserDesk } from "@opsdesk/users/UserDesk"
import { Effect, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"

const decode = Schema.decodeUnknownEffect(NewUser, { errors: "all" })

/** Makes an account for somebody, with a password that nobody chose. */
export const createUser = Effect.fnUntraced(function*(input: {
  readonly email: string
  readonly name: string
  readonly role: string
}) {
  const users = yield* UserDesk
  const random = yield* SecureRandom.SecureRandom
  const password = Base64Url.encode(yield* random.randomBytes(18))
  const account = yield* decode({ email: input.email, name: input.name, password, roles: [input.role] })
  const { id } = yield* users.createAsOperator(account)
  return { id, password }
}, Effect.provide(UserDesk.layer))

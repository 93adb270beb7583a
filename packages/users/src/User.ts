import { RoleName } from "@opsdesk/access/Role"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { NonBlankText, Text } from "@opsdesk/kernel/Text"
import { Effect, Schema } from "effect"
import { Model } from "effect/schema"

/** An e-mail address, as far as it can be told without sending mail there (RFC 5321 limits the length). */
export const Email = Text(3, 320).check(
  Schema.isPattern(/^[^\s@]+@[^\s@]+$/u, { message: "must be an e-mail address" })
).annotate({ examples: ["ada@example.com"] })

export const PersonName = NonBlankText(200).annotate({ examples: ["Ada Brandt"] })

/** NIST SP 800-63B: length is what counts; nothing is cut off and no kind of character is demanded. */
export const Password = Text(8, 128).annotate({ examples: ["correct horse battery"] })

const RoleNames = Schema.Array(RoleName).check(Schema.isUnique({ message: "must not name a role twice" }))
const TeamIds = Schema.Array(TeamId).check(Schema.isUnique({ message: "must not name a team twice" }))

export class User extends Model.Class<User>("User")({
  id: UserId,
  email: Schema.String.annotate({ examples: ["ada@example.com"] }),
  name: Schema.String.annotate({ examples: ["Ada Brandt"] }),
  active: Schema.Boolean,
  roles: Schema.Array(RoleName),
  teamIds: Schema.Array(TeamId),
  /** Grows with each change of the account, its roles and its teams; told as `ETag` only. */
  version: Model.Field({ select: Schema.Int }),
  createdAt: Moment,
  updatedAt: Moment
}) {}

export const NewUser = Schema.Struct({
  email: Email,
  name: PersonName,
  password: Schema.optionalKey(Password),
  roles: RoleNames.pipe(Schema.withDecodingDefaultKey(Effect.succeed(["customer"]))),
  teamIds: TeamIds.pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
}).annotate({ identifier: "NewUser" })
export type NewUser = typeof NewUser.Type

export const UserChanges = Schema.Struct({
  name: Schema.optionalKey(PersonName),
  email: Schema.optionalKey(Email),
  active: Schema.optionalKey(Schema.Boolean),
  password: Schema.optionalKey(Password),
  teamIds: Schema.optionalKey(TeamIds)
}).annotate({ identifier: "UserChanges" })
export type UserChanges = typeof UserChanges.Type

export const RolesOfUser = Schema.Struct({ roles: RoleNames }).annotate({ identifier: "RolesOfUser" })
export type RolesOfUser = typeof RolesOfUser.Type

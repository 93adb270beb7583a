import { ApiTokenId } from "@opsdesk/kernel/Ids"
import { Instant, Moment, MomentOrNull } from "@opsdesk/kernel/Moment"
import { NonBlankText } from "@opsdesk/kernel/Text"
import { Schema } from "effect"
import { Model } from "effect/schema"
import { Grant, Grants } from "./Permission.ts"

const name = "Nightly export"

/** A token that somebody has given to a machine, without the token itself. */
export class ApiToken extends Model.Class<ApiToken>("ApiToken")({
  id: ApiTokenId,
  name: Schema.String.annotate({ examples: [name] }),
  scopes: Schema.Array(Grant),
  prefix: Schema.String.annotate({ description: "How the token begins", examples: ["opd_Zk3xQ9aB"] }),
  createdAt: Moment,
  expiresAt: Moment,
  lastUsedAt: MomentOrNull
}) {}

/** What making one gives: the token is a secret, and is shown this once. */
export const ApiTokenMade = Schema.Struct({
  ...ApiToken.json.fields,
  token: Schema.String.annotate({
    description: "Shown this once; only a hash of it is kept",
    examples: ["opd_Zk3xQ9aBu4S1J0v0k4cGmJm9mB2oRX8dZJqQW1p0s1f9c4xT7hE"]
  })
}).annotate({ identifier: "ApiTokenMade" })
export type ApiTokenMade = typeof ApiTokenMade.Type

export const NewApiToken = Schema.Struct({
  name: NonBlankText(100).annotate({ examples: [name] }),
  scopes: Grants.check(Schema.isMinLength(1, { message: "must hold a grant" })),
  expiresAt: Schema.optionalKey(Instant)
}).annotate({
  identifier: "NewApiToken",
  examples: [{ name, scopes: [{ permission: "ticket:read", scope: "own" }] }]
})
export type NewApiToken = typeof NewApiToken.Type

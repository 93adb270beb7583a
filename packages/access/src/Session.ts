import { Text } from "@opsdesk/kernel/Text"
import { Schema } from "effect"

export const Credentials = Schema.Struct({
  email: Text(1, 320),
  password: Text(1, 128)
}).annotate({
  identifier: "Credentials",
  examples: [{ email: "agent@opsdesk.local", password: "opsdesk-demo" }]
})
export type Credentials = typeof Credentials.Type

export const Renewal = Schema.Struct({ refreshToken: Text(1, 128) }).annotate({
  identifier: "Renewal",
  examples: [{ refreshToken: "u4S1J0v0k4cGmJm9mB2oRX8dZJqQW1p0s1f9c4xT7hE" }]
})
export type Renewal = typeof Renewal.Type

/** What signing in gives. The tokens are secrets: they go into the answer and nowhere else. */
export const Session = Schema.Struct({
  accessToken: Schema.String.annotate({ examples: ["eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTk4Li4u"] }),
  tokenType: Schema.Literal("Bearer"),
  expiresIn: Schema.Int.annotate({ description: "Seconds until the access token expires", examples: [900] }),
  refreshToken: Schema.String.annotate({ examples: ["u4S1J0v0k4cGmJm9mB2oRX8dZJqQW1p0s1f9c4xT7hE"] })
}).annotate({ identifier: "Session" })
export type Session = typeof Session.Type

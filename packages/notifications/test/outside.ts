import type { MailServer } from "@opsdesk/testkit/mailServer"
import { mailServer } from "@opsdesk/testkit/mailServer"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import type { Way } from "@opsdesk/testkit/wayTo"
import { wayTo } from "@opsdesk/testkit/wayTo"
import type { Webhook } from "@opsdesk/testkit/webhook"
import { webhook } from "@opsdesk/testkit/webhook"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** What is outside of the desk, on loopback: a mail server, the way to it, and a webhook. */
export class Outside extends Context.Service<Outside, {
  readonly mails: MailServer
  readonly way: Way
  readonly hook: Webhook
}>()("@opsdesk/notifications/test/Outside") {
  static readonly layer = Layer.effect(
    Outside,
    Effect.gen(function*() {
      const mails = yield* mailServer
      return Outside.of({ mails, way: yield* wayTo(mails.port), hook: yield* webhook })
    })
  )
}

/** The stack, with addresses for what it sends. */
export const StackWithOutside = Layer.unwrap(Effect.map(Outside, ({ hook, way }) =>
  TestStack("peopled", undefined, {
    SMTP_URL: `smtp://127.0.0.1:${way.port}`,
    SLACK_WEBHOOK_URL: hook.url,
    OPSDESK_PUBLIC_URL: "https://desk.test"
  }))).pipe(Layer.provideMerge(Outside.layer))

/** A port on which nobody listens. */
const nowhere = 1

/** The mail server is down: nobody listens, and those who were connected are cut off. */
export const mailGoesDown = Effect.map(Outside, ({ mails, way }) => {
  way.leadTo(nowhere)
  mails.hangUp()
})

export const mailComesUp = Effect.map(Outside, ({ mails, way }) => way.leadTo(mails.port))

/** As at the beginning: nothing is to be sent, nothing was, and everybody listens. */
export const quiet = Effect.gen(function*() {
  const { hook, mails, way } = yield* Outside
  const sql = yield* SqlClient.SqlClient
  yield* sql`update notification_deliveries set state = 'dropped', settled_at = now() where state = 'waiting'`
  way.leadTo(mails.port)
  hook.answerWith((response) => response.end("ok"))
  mails.received.length = 0
  hook.posted.length = 0
})

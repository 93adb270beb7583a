import type { Mail, Post } from "@opsdesk/capabilities/Notifier"
import { Notifier } from "@opsdesk/capabilities/Notifier"
import { Effect, Layer } from "effect"

/** Where no mail server is set up: says which mail there would be, and nothing that stands in it. */
export const logMail = ({ messageId }: Mail) =>
  Effect.logInfo(`a mail that is not sent, for want of SMTP_URL: ${messageId}`)

export const logPost = ({ id }: Post) => Effect.logInfo(`a post that is not sent, for want of SLACK_WEBHOOK_URL: ${id}`)

/** Sends nothing. */
export const LoggedNotifier = Layer.succeed(Notifier, { send: logMail, post: logPost })

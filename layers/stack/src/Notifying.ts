import { Notifier } from "@opsdesk/capabilities/Notifier"
import { PublicUrl } from "@opsdesk/capabilities/PublicUrl"
import { logMail, logPost } from "@opsdesk/mail/LoggedNotifier"
import { postToWebhook } from "@opsdesk/mail/WebhookNotifier"
import { Context, Effect, Layer, Option } from "effect"
import { publicOrigin, senderAt } from "./publicOrigin.ts"
import { Settings } from "./Settings.ts"

/** A mailer is large: it is read where mail is sent. */
const smtp = Effect.promise(() => import("@opsdesk/mail/SmtpNotifier"))

/** How what people are told leaves the desk: each way that is set up is used, the others lead to the log. */
export const Notifying = Layer.effectContext(Effect.gen(function*() {
  const settings = yield* Settings
  const origin = publicOrigin(settings)
  const from = Option.getOrElse(settings.mailFrom, () => senderAt(origin))
  const send = Option.isSome(settings.smtpUrl)
    ? yield* (yield* smtp).sendBySmtp({ url: settings.smtpUrl.value, from })
    : logMail
  const post = Option.isSome(settings.slackWebhookUrl) ? postToWebhook(settings.slackWebhookUrl.value) : logPost
  return Context.make(PublicUrl, { origin }).pipe(Context.add(Notifier, { send, post }))
}))

import type { Mail } from "@opsdesk/capabilities/Notifier"
import { NotSent } from "@opsdesk/capabilities/Notifier"
import { Effect, Redacted } from "effect"
import { createTransport } from "nodemailer"
import { troubleWith } from "./smtpTrouble.ts"

export interface SmtpOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. */
  readonly url: Redacted.Redacted<string>
  /** `OpsDesk <desk@example.com>`. */
  readonly from: string
}

/** Milliseconds; a letter has 20 s in all. */
const patience = { connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 10_000, dnsTimeout: 5000 }

/**
 * Sends by SMTP (RFC 5321), over at most two connections that stay open for a while. STARTTLS is used where the server
 * offers it. Nothing is queued or sent again here: whoever has the letter decides.
 */
export const sendBySmtp = ({ from, url }: SmtpOptions) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      createTransport({
        url: Redacted.value(url),
        pool: true,
        maxConnections: 2,
        maxRequeues: 0,
        idleTimeout: 30_000,
        disableFileAccess: true,
        disableUrlAccess: true,
        ...patience
      })
    ),
    (transport) => Effect.sync(() => transport.close())
  ).pipe(
    Effect.map((transport) => (mail: Mail) =>
      Effect.tryPromise({
        try: (signal) =>
          transport.sendMail({
            from,
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            messageId: `<${mail.messageId}>`,
            inReplyTo: `<${mail.threadId}>`,
            references: `<${mail.threadId}>`,
            list: { id: { comment: mail.list.name, url: mail.list.id } },
            headers: {
              // RFC 3834: who answers for somebody who is away does not answer this. Exchange knows the other only.
              "auto-submitted": "auto-generated",
              "x-auto-response-suppress": "All"
            },
            xMailer: false,
            signal
          }),
        catch: (error) => new NotSent(troubleWith(error))
      }).pipe(Effect.asVoid)
    )
  )

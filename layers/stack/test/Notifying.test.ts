import { assert, describe, it } from "@effect/vitest"
import type { Mail } from "@opsdesk/capabilities/Notifier"
import { Notifier } from "@opsdesk/capabilities/Notifier"
import { PublicUrl } from "@opsdesk/capabilities/PublicUrl"
import { Notifying } from "@opsdesk/stack/Notifying"
import { senderAt } from "@opsdesk/stack/publicOrigin"
import { mailServer } from "@opsdesk/testkit/mailServer"
import { TestSettings } from "@opsdesk/testkit/TestDatabase"
import { webhook } from "@opsdesk/testkit/webhook"
import { Effect, Layer, Logger, References } from "effect"

const mail: Mail = {
  messageId: "event.ada@desk.test",
  threadId: "ticket.1@desk.test",
  to: { name: "Ada", address: "ada@test.local" },
  subject: "the subject",
  text: "the words",
  html: "<p>the words</p>",
  list: { name: "OpsDesk", id: "tickets.desk.test" }
}

const sendBoth = Effect.gen(function*() {
  const { post, send } = yield* Notifier
  yield* send(mail)
  yield* post({ id: "delivery-1", text: "the words" })
})

const under = (variables: Record<string, string>) => Notifying.pipe(Layer.provide(TestSettings(variables)))

describe("what leaves the desk", () => {
  it.effect("goes into the log where no way out is set up: which it was, and nothing that stands in it", () => {
    const lines: Array<string> = []
    const listening = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    return Effect.gen(function*() {
      yield* sendBoth
      assert.deepStrictEqual(lines, [
        "a mail that is not sent, for want of SMTP_URL: event.ada@desk.test",
        "a post that is not sent, for want of SLACK_WEBHOOK_URL: delivery-1"
      ])
    }).pipe(Effect.provide([under({}), listening, Layer.succeed(References.MinimumLogLevel, "Info")]))
  })

  it.effect("goes each its own way where both are set up, from whom the operator says", () =>
    Effect.gen(function*() {
      const mails = yield* mailServer
      const hook = yield* webhook
      yield* Effect.provide(
        sendBoth,
        under({
          SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
          SLACK_WEBHOOK_URL: hook.url,
          OPSDESK_MAIL_FROM: "Service desk <help@desk.test>"
        })
      )
      assert.deepStrictEqual(mails.received.map(({ header }) => header("from")), ["Service desk <help@desk.test>"])
      assert.strictEqual(hook.posted.length, 1)
    }).pipe(Effect.scoped))

  it.effect("leads back to where people reach the desk", () =>
    Effect.gen(function*() {
      const originUnder = (variables: Record<string, string>) =>
        PublicUrl.pipe(Effect.map(({ origin }) => origin), Effect.provide(under(variables)))
      assert.strictEqual(yield* originUnder({}), "http://127.0.0.1:3000")
      assert.strictEqual(yield* originUnder({ HOST: "::1", PORT: "3100" }), "http://[::1]:3100")
      assert.strictEqual(yield* originUnder({ HOST: "0.0.0.0", OPSDESK_DEMO: "off" }), "http://localhost:3000")
      assert.strictEqual(yield* originUnder({ OPSDESK_PUBLIC_URL: "https://desk.test/x" }), "https://desk.test")
    }))

  it("comes from the host that people know, where nobody has said from whom", () => {
    assert.strictEqual(senderAt("https://desk.example"), "OpsDesk <opsdesk@desk.example>")
    assert.strictEqual(senderAt("http://127.0.0.1:3000"), "OpsDesk <opsdesk@localhost>")
    assert.strictEqual(senderAt("http://[::1]:3000"), "OpsDesk <opsdesk@localhost>")
  })
})

import { assert, describe, it } from "@effect/vitest"
import type { Mail } from "@opsdesk/capabilities/Notifier"
import { mailServer } from "@opsdesk/testkit/mailServer"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { Effect, Redacted } from "effect"
import { sendBySmtp } from "../src/SmtpNotifier.ts"

const mail: Mail = {
  messageId: "event.ada@desk.test",
  threadId: "ticket.1@desk.test",
  to: { name: "Ada \"the agent\" Brändt", address: "ada@test.local" },
  subject: "[#1] Kein Ton – überall",
  text: "Grüße\n.\nfrom below the dot",
  html: "<p>Gr&uuml;&szlig;e</p>",
  list: { name: "OpsDesk", id: "tickets.desk.test" }
}

const from = "Service desk <desk@desk.test>"
const senderTo = (port: number) => sendBySmtp({ url: Redacted.make(`smtp://127.0.0.1:${port}`), from })

describe("whoever gets a mail of the desk's", () => {
  it.effect("can thread it, sort it, and need not answer it", () =>
    Effect.gen(function*() {
      const { port, received } = yield* mailServer
      const send = yield* senderTo(port)
      yield* send(mail)
      const [one, ...more] = received
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(one?.to, ["ada@test.local"])
      const headers = ["message-id", "in-reply-to", "references", "list-id", "auto-submitted", "from"].map((name) =>
        one?.header(name)
      )
      assert.deepStrictEqual(headers, [
        "<event.ada@desk.test>",
        "<ticket.1@desk.test>",
        "<ticket.1@desk.test>",
        "\"OpsDesk\" <tickets.desk.test>",
        "auto-generated",
        from
      ])
      assert.match(one?.header("content-type") ?? "", /^multipart\/alternative/)
      assert.match(one?.raw ?? "", /text\/plain; charset=utf-8[^]*text\/html; charset=utf-8/)
    }).pipe(Effect.scoped))

  it.effect("gets no header that somebody wrote into a title or a name", () =>
    Effect.gen(function*() {
      const { port, received } = yield* mailServer
      const send = yield* senderTo(port)
      yield* send({
        ...mail,
        subject: "x\r\nBcc: eve@evil.test\r\n\r\nbody",
        to: { name: "Eve\r\nX-Evil: 1", address: "ada@test.local" }
      })
      assert.deepStrictEqual(received[0]?.to, ["ada@test.local"])
      assert.isUndefined(received[0]?.header("bcc"))
      assert.isUndefined(received[0]?.header("x-evil"))
    }).pipe(Effect.scoped))
})

describe("a mail that does not arrive", () => {
  it.effect("is refused for good where there is no such mailbox", () =>
    Effect.gen(function*() {
      const { port, received, refuse } = yield* mailServer
      refuse("ada@test.local")
      const send = yield* senderTo(port)
      const trouble = yield* Effect.flip(send(mail))
      assert.isTrue(trouble.final)
      assert.match(trouble.message, /no such mailbox here/)
      assert.deepStrictEqual(received, [])
    }).pipe(Effect.scoped))

  it.effect("may arrive later where nobody listens, and the next goes through once somebody does", () =>
    Effect.gen(function*() {
      const { port, received } = yield* mailServer
      const way = yield* wayTo(1)
      const send = yield* senderTo(way.port)
      assert.isFalse((yield* Effect.flip(send(mail))).final)
      way.leadTo(port)
      yield* send(mail)
      assert.strictEqual(received.length, 1)
    }).pipe(Effect.scoped))

  it.effect("is not known to have arrived where the reply is lost, and is not sent again behind anybody's back", () =>
    Effect.gen(function*() {
      const { loseNextReply, port, received } = yield* mailServer
      const send = yield* senderTo(port)
      loseNextReply()
      assert.isFalse((yield* Effect.flip(send(mail))).final)
      assert.strictEqual(received.length, 1)
      yield* send(mail)
      assert.deepStrictEqual(received.map(({ header }) => header("message-id")), [
        "<event.ada@desk.test>",
        "<event.ada@desk.test>"
      ])
    }).pipe(Effect.scoped))
})

import { assert, describe, it } from "@effect/vitest"
import { webhook } from "@opsdesk/testkit/webhook"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { ServerResponse } from "node:http"
import { postToWebhook } from "../src/WebhookNotifier.ts"

const post = {
  id: "0198c7a2-0000-7000-8000-00000000d001",
  text: "<https://desk.test/tickets/1|#1 No sound>\nada wrote"
}

const refusals: ReadonlyArray<
  readonly [says: string, answer: (response: ServerResponse) => void, RegExp, final: boolean]
> = [
  ["sends it elsewhere", (response) => void response.writeHead(307, { location: "/elsewhere" }).end(), /307/, false],
  ["has trouble", (response) => void response.writeHead(503).end("later"), /503/, false],
  ["is not there any more", (response) => void response.writeHead(404).end("no_service"), /404/, false],
  ["cannot read it", (response) => void response.writeHead(400).end("invalid_payload"), /400/, true],
  ["says more than anybody means to", (response) => void response.end("x".repeat(70_000)), /65536 bytes/, false],
  ["hangs up", (response) => void response.destroy(), /cannot be reached/, false]
]

describe("a post to the webhook", () => {
  it.effect("is the text as JSON, with an id that stays", () =>
    Effect.gen(function*() {
      const { posted, url } = yield* webhook
      yield* postToWebhook(Redacted.make(url))(post)
      assert.deepStrictEqual(posted.map(({ body }) => JSON.parse(body)), [{ text: post.text }])
      assert.strictEqual(posted[0]?.headers["x-opsdesk-delivery"], post.id)
      assert.strictEqual(posted[0]?.headers["content-type"], "application/json")
    }).pipe(Effect.scoped))

  for (const [says, answer, because, final] of refusals) {
    it.effect(`has not arrived where the other side ${says}`, () =>
      Effect.gen(function*() {
        const { answerWith, posted, url } = yield* webhook
        answerWith(answer)
        const trouble = yield* Effect.flip(postToWebhook(Redacted.make(url))(post))
        assert.match(trouble.message, because)
        assert.strictEqual(trouble.final, final)
        assert.strictEqual(posted.length, 1, "somebody was asked twice")
        assert.notInclude(trouble.message, "secret")
      }).pipe(Effect.scoped))
  }

  it.effect("waits for five seconds and no longer", () =>
    Effect.gen(function*() {
      const { answerWith, url } = yield* webhook
      answerWith(() => {})
      const waiting = yield* Effect.forkChild(Effect.flip(postToWebhook(Redacted.make(url))(post)))
      yield* TestClock.adjust("5 seconds")
      assert.match((yield* Fiber.join(waiting)).message, /does not answer within 5 seconds/)
    }).pipe(Effect.scoped))
})

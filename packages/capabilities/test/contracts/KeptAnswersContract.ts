import { assert } from "@effect/vitest"
import type { Attempt, KeptAnswer, Standing } from "@opsdesk/capabilities/KeptAnswers"
import { KeptAnswers } from "@opsdesk/capabilities/KeptAnswers"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { UserId } from "@opsdesk/kernel/Ids"
import { Deferred, Effect, Fiber, Redacted } from "effect"
import { Hex } from "effect/encoding"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import type { Suite } from "./Suite.ts"

const utf8 = (text: string) => new TextEncoder().encode(text)

const alex = UserId.make("0198c7a2-0000-7000-8000-000000000001")
const ada = UserId.make("0198c7a2-0000-7000-8000-000000000002")

const attempt = (key: string, request = "POST /things\n{}", userId = ada): Attempt => ({
  userId,
  key: Redacted.make(key),
  request: utf8(request)
})

const answerOf = (text: string): KeptAnswer => ({
  status: 201,
  headers: { "content-type": "application/json", location: `/things/${text}` },
  body: utf8(`{"data":"${text}\\n"}`)
})

/** Asks, and answers if it is the first to. */
const tried = Effect.fnUntraced(function*(asked: Attempt, answer: KeptAnswer) {
  const answers = yield* KeptAnswers
  const standing = yield* answers.begin(asked)
  if (standing._tag === "First") yield* standing.keep(answer)
  return standing
})

const told = (standing: Standing) => standing._tag === "Answered" ? standing.answer : standing._tag

/** What all `KeptAnswers` owe, on a PostgreSQL with the people of the tests; time is the test's. */
export const keptAnswersContract = (suite: Suite<KeptAnswers | Transaction | SqlClient.SqlClient>): void =>
  suite("kept answers", (it) => {
    it.effect("give the first answer again, byte for byte, and to nobody else", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const first = answerOf("é€😀")
        assert.strictEqual((yield* atomic(tried(attempt("same"), first)))._tag, "First")
        assert.deepStrictEqual(told(yield* atomic(tried(attempt("same"), answerOf("second")))), first)
        assert.strictEqual(told(yield* atomic(tried(attempt("same", "POST /others\n{}"), first))), "OfAnother")
        assert.strictEqual(told(yield* atomic(tried(attempt("Same"), answerOf("of another key")))), "First")
        assert.strictEqual(told(yield* atomic(tried(attempt("same", undefined, alex), first))), "First")
      }))

    it.effect("keep an answer without a body", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const nothing: KeptAnswer = { status: 204, headers: {}, body: new Uint8Array() }
        yield* atomic(tried(attempt("nothing"), nothing))
        assert.deepStrictEqual(told(yield* atomic(tried(attempt("nothing"), answerOf("x")))), nothing)
      }))

    it.effect("are not kept when the transaction is not, and the key is free again", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        yield* Effect.flip(atomic(Effect.andThen(tried(attempt("failed"), answerOf("x")), Effect.fail("refused"))))
        yield* atomic(Effect.flatMap(KeptAnswers, ({ begin }) => begin(attempt("failed"))))
        assert.strictEqual(told(yield* atomic(tried(attempt("failed"), answerOf("y")))), "First")
      }))

    it.effect("say at once that another is at it, and what it answered once it has", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const begun = yield* Deferred.make<void>()
        const goOn = yield* Deferred.make<void>()
        const slow = yield* atomic(Effect.gen(function*() {
          const standing = yield* tried(attempt("slow"), answerOf("slow"))
          yield* Deferred.succeed(begun, undefined)
          yield* Deferred.await(goOn)
          return standing
        })).pipe(Effect.forkChild)
        yield* Deferred.await(begun)
        assert.strictEqual(told(yield* atomic(tried(attempt("slow"), answerOf("x")))), "InProgress")
        assert.strictEqual(told(yield* atomic(tried(attempt("slow", "another"), answerOf("x")))), "InProgress")
        assert.strictEqual(told(yield* atomic(tried(attempt("slow", undefined, alex), answerOf("x")))), "First")
        yield* Deferred.succeed(goOn, undefined)
        assert.strictEqual((yield* Fiber.join(slow))._tag, "First")
        assert.deepStrictEqual(told(yield* atomic(tried(attempt("slow"), answerOf("x")))), answerOf("slow"))
      }))

    it.effect("are forgotten after 24 hours, their own key and others in passing", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const count = Effect.map(
          sql<{ count: number }>`select count(*)::int as count from idempotency_keys`,
          ([row]) => row?.count
        )
        yield* sql`delete from idempotency_keys`
        const keys = Array.from({ length: 15 }, (_, at) => `old ${at}`)
        for (const key of keys) yield* atomic(tried(attempt(key), answerOf(key)))
        yield* TestClock.adjust("23 hours")
        assert.deepStrictEqual(told(yield* atomic(tried(attempt("old 0"), answerOf("new")))), answerOf("old 0"))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(told(yield* atomic(tried(attempt("old 0", "another request"), answerOf("new")))), "First")
        assert.strictEqual(yield* reading(count), 5)
        yield* atomic(tried(attempt("fresh"), answerOf("fresh")))
        assert.strictEqual(yield* reading(count), 2)
        assert.deepStrictEqual(
          told(yield* atomic(tried(attempt("old 0", "another request"), answerOf("x")))),
          answerOf("new")
        )
      }))

    it.effect("are expired together by many at once, and none of them fails", () =>
      Effect.gen(function*() {
        const { atomic } = yield* Transaction
        const keys = Array.from({ length: 20 }, (_, at) => `crowd ${at}`)
        const all = Effect.forEach(keys, (key) => atomic(tried(attempt(key), answerOf(key))), { concurrency: 8 })
        for (const _ of [1, 2, 3]) {
          assert.deepStrictEqual([...new Set((yield* all).map(told))], ["First"])
          yield* TestClock.adjust("24 hours")
        }
      }))

    it.effect("cannot be read, nor what was asked and under which key, by whoever has the table", () =>
      Effect.gen(function*() {
        const { atomic, reading } = yield* Transaction
        const sql = yield* SqlClient.SqlClient
        const canary = "canary-in-the-table"
        yield* atomic(tried(attempt(`key-${canary}`, `POST /${canary}\n${canary}`), answerOf(canary)))
        const rows = yield* reading(sql<{ row: string }>`select t::text as row from idempotency_keys t`)
        assert.isAbove(rows.length, 0)
        for (const { row } of rows) {
          for (const text of [canary, "application/json", "POST"]) {
            assert.notInclude(row, text)
            assert.notInclude(row, Hex.encode(text))
          }
        }
      }))
  })

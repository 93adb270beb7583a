import { assert, it } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { killGroup, untilSaid } from "@opsdesk/testkit/faults/crew"
import { historyIn } from "@opsdesk/testkit/faults/history"
import type { Fate } from "@opsdesk/testkit/faults/killing"
import { armed, fates, variablesOf } from "@opsdesk/testkit/faults/killing"
import { nothingWrong, verdictOn } from "@opsdesk/testkit/faults/verdict"
import { personIds } from "@opsdesk/testkit/people"
import { freePort, run, scratchFolder, untilStatus } from "@opsdesk/testkit/RunningProgram"
import { Database, TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Fiber, Random, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("fixtures/faultyApi.ts", import.meta.url))
const all = process.env["OPSDESK_FAULTS"] === "all"

/** A death in two at the failpoint, the other at any moment. */
const kills = all ? 150 : 2
const customers = 8

const anApi = Effect.fnUntraced(function*(fate: Fate, folder: string) {
  const { programUrl } = yield* Database
  const port = yield* freePort
  const program = yield* run(main, [], {
    PORT: String(port),
    DATABASE_URL: Redacted.value(programUrl),
    OPSDESK_DATA_DIR: folder,
    OPSDESK_SECRET: "a secret that only tests use, long enough",
    OPSDESK_LIMITS: "off",
    NODE_COMPILE_CACHE: join(folder, "compiled"),
    ...variablesOf(fate)
  }, { file: process.execPath, args: [], detached: true })
  const url = `http://127.0.0.1:${port}`
  yield* untilStatus(`${url}/health/ready`, 200, program)
  return { program, url }
})

/** One request under its key: the status, or null where no answer came, and whether it was answered before. */
const create = (url: string, token: string, op: string) =>
  Effect.promise(() =>
    fetch(`${url}/v1/tickets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": op },
      body: JSON.stringify({ title: op, description: "" })
    }).then(async (answer) => {
      const text = await answer.text()
      return { text, status: answer.status, isReplayed: answer.headers.get("idempotency-replayed") === "true" }
    }, () => null)
  )

it.live(
  "who gets no answer as the program has died asks again under the same key, and it takes effect once",
  () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const folder = yield* scratchFolder
      const history = yield* historyIn(join(folder, "history"))
      const tokens = yield* AccessTokens
      const issued = yield* tokens.issue({ userId: UserId.make(personIds.carla), sessionId: personIds.carla })
      const token = Redacted.value(issued.token)
      let asked = 0
      let resolved = 0
      let replayed = 0

      /** Asks until the program has died. */
      const customer = Effect.fnUntraced(function*(url: string) {
        for (;;) {
          const op = `op-${asked++}`
          yield* history.note(op, "invoked")
          const answer = yield* create(url, token, op)
          if (answer === null) return yield* history.note(op, "unknown")
          assert.strictEqual(answer.status, 201, `${op}: ${answer.text}`)
          yield* history.note(op, "ok")
        }
      })

      const askAgain = Effect.fnUntraced(function*(url: string) {
        const unknown = [...yield* history.read].filter(([, is]) => is === "unknown").map(([op]) => op)
        for (const op of unknown) {
          const answer = yield* create(url, token, op)
          assert.strictEqual(answer?.status, 201)
          resolved++
          if (answer?.isReplayed === true) replayed++
          yield* history.note(op, "ok")
        }
        return unknown.length
      })

      const life = Effect.fnUntraced(function*(fate: Fate) {
        const { program, url } = yield* anApi(fate, folder)
        yield* askAgain(url)
        program.child.kill("SIGUSR2")
        yield* untilSaid(armed, program)
        const asking = yield* Effect.forkChild(
          Effect.all(Array.from({ length: customers }, () => customer(url)), {
            concurrency: "unbounded",
            discard: true
          })
        )
        if (fate._tag === "AnyMoment") {
          yield* Effect.sleep(`${yield* Random.nextIntBetween(1, 400)} millis`)
          yield* killGroup(program)
        }
        yield* Fiber.join(asking)
        assert.strictEqual(yield* program.ended, "SIGKILL")
      }, Effect.scoped)

      const lives = yield* fates(kills, ["after-commit-before-reply"], customers)
      yield* Effect.forEach(lives, life, { discard: true })
      const { url } = yield* anApi({ _tag: "AnyMoment" }, folder)
      yield* askAgain(url)

      const rows = yield* sql<{ op: string; ticketId: string; seq: number }>`
        select t.title as op, t.id as ticket_id, h.seq from tickets t
        join ticket_status_history h on h.ticket_id = t.id join events e on e.ticket_id = t.id and e.seq = h.seq`
      const known = yield* history.read
      assert.deepStrictEqual(verdictOn(known, rows), nothingWrong)
      assert.deepStrictEqual([...new Set(known.values())], ["ok"])
      assert.isAbove(replayed, 0)
      process.stdout.write(
        `${kills} kills of the api over ${rows.length} writes: 0 lost, 0 doubled, 0 phantom; ` +
          `${resolved} without an answer, each resolved by its key, ${replayed} of them had taken effect\n`
      )
    }).pipe(Effect.provide(TestStack("peopled")), Effect.scoped),
  all ? 3_600_000 : 180_000
)

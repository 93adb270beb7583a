import { assert, layer } from "@effect/vitest"
import { Database } from "@opsdesk/stack/Database"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { compileCache, scratchFolder } from "@opsdesk/testkit/RunningProgram"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line as a process of its own, as the desk's own user of the suite's database. */
const opsdesk = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { programUrl } = yield* Database
    const dataDir = yield* scratchFolder
    return yield* Effect.promise(() =>
      new Promise<Ended>((resolve) => {
        execFile(process.execPath, [main, ...args], {
          env: {
            PATH: process.env["PATH"] ?? "",
            DATABASE_URL: Redacted.value(programUrl),
            OPSDESK_DATA_DIR: dataDir,
            OPSDESK_SECRET: "a secret that only tests use, long enough",
            LOG_FORMAT: "json",
            ...compileCache
          }
        }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }))
      })
    )
  }).pipe(Effect.scoped)

/** So many letters that the cache's consumer gave up, the oldest first. */
const letters = Effect.fnUntraced(function*(count: number, error: string) {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const ids = yield* Effect.forEach(Array.from({ length: count }), () => random.uuidV7())
  yield* sql`
    insert into dead_letters (id, queue, type, attempts, error, failed_at, body)
    select id, 'opsdesk.cache', 'ticket.updated', 6, ${error}, '2026-03-14T09:26:53Z', 'secret words ' || id
    from unnest(${ids}::uuid[]) with ordinality as l(id, at) order by at`
  return ids
})

const onTheWay = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ body: string }>`delete from redeliveries where queue = 'opsdesk.cache' returning body`
  return rows.map(({ body }) => body.replace("secret words ", "")).toSorted()
})

const audited = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ action: string; entityId: string; actorId: string | null; text: string }>`
    select action, entity_id, actor_id, concat(before::text, after::text) as text from audit_log order by seq`
  assert.deepStrictEqual(rows.filter(({ actorId, text }) => actorId !== null || text.includes("secret words")), [])
  return rows.map(({ action, entityId }) => [action, entityId])
})

const onTheList = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ id: string }>`select id from dead_letters where replayed_at is null order by seq desc`
  return rows.map(({ id }) => id)
})

const refused = (says: string): Ended => ({ code: 1, stdout: "", stderr: `opsdesk: ${says}\n` })

const nobody = "0198c7a2-0000-7000-8000-00000000f0f0"

layer(TestStack("migrated"), { excludeTestServices: true })("an operator at the command line", (it) => {
  it.effect(
    "lists dead letters, each on a line of its own, the newest first, and not what was delivered",
    () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* opsdesk("dead-letters", "list"), {
          code: 0,
          stdout: "there are no dead letters\n",
          stderr: ""
        })
        const ids = yield* letters(2, "it cannot\n  be done")
        const { code, stderr, stdout } = yield* opsdesk("dead-letters", "list")
        assert.deepStrictEqual([code, stderr], [0, ""])
        assert.deepStrictEqual(
          stdout.split("\n"),
          [
            ...ids.toReversed().map((id) =>
              `2026-03-14T09:26:53.000Z  ${id}  opsdesk.cache  ticket.updated  6 tries  it cannot be done`
            ),
            ""
          ]
        )
        assert.deepStrictEqual(yield* audited, [])
      }),
    120_000
  )

  it.effect("has one done again, once however often they ask, and it is on record", () =>
    Effect.gen(function*() {
      const [id = "", other] = yield* onTheList
      for (const _ of [1, 2]) {
        assert.deepStrictEqual(yield* opsdesk("dead-letters", "replay", id), {
          code: 0,
          stdout: "1 on the way again\n",
          stderr: ""
        })
      }
      assert.deepStrictEqual(yield* onTheWay, [id])
      assert.deepStrictEqual(yield* onTheList, [other])
      assert.deepStrictEqual(yield* audited, [["dead_letter.replayed", id]])
    }), 120_000)

  it.effect("discards one for good, and it is on record", () =>
    Effect.gen(function*() {
      const [id = ""] = yield* onTheList
      const before = yield* audited
      assert.deepStrictEqual(yield* opsdesk("dead-letters", "discard", id), {
        code: 0,
        stdout: "discarded\n",
        stderr: ""
      })
      const gone = refused("There is no such dead letter; it may have been discarded.")
      assert.deepStrictEqual(yield* opsdesk("dead-letters", "discard", id), gone)
      assert.deepStrictEqual(yield* opsdesk("dead-letters", "replay", id), gone)
      assert.deepStrictEqual(yield* onTheWay, [])
      assert.deepStrictEqual(yield* audited, [...before, ["dead_letter.discarded", id]])
    }), 120_000)

  it.effect("has all of them done again, page after page, each on record", () =>
    Effect.gen(function*() {
      const before = yield* audited
      const ids = yield* letters(203, "it cannot be done")
      assert.deepStrictEqual(yield* opsdesk("dead-letters", "replay", "--all"), {
        code: 0,
        stdout: "203 on the way again\n",
        stderr: ""
      })
      assert.deepStrictEqual(yield* onTheWay, ids.toSorted())
      assert.deepStrictEqual(yield* onTheList, [])
      assert.deepStrictEqual(
        (yield* audited).slice(before.length),
        ids.toReversed().map((id) => ["dead_letter.replayed", id])
      )
      assert.strictEqual((yield* opsdesk("dead-letters", "replay", "--all")).stdout, "0 on the way again\n")
    }), 120_000)

  it.effect("has the others done again when somebody discards one of them meanwhile", () =>
    Effect.gen(function*() {
      const [oldest = "", middle = "", newest = ""] = yield* letters(3, "it cannot be done")
      yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`
          create function discard_another() returns trigger language plpgsql
          as $$ begin delete from dead_letters where body like '%' || TG_ARGV[0]; return null; end $$`
        yield* sql`
          create trigger meanwhile after update on dead_letters for each row
          when (new.id = ${sql.literal(`'${newest}'`)}) execute function discard_another(${sql.literal(`'${middle}'`)})`
      }))
      assert.deepStrictEqual(yield* opsdesk("dead-letters", "replay", "--all"), {
        code: 0,
        stdout: "2 on the way again\n",
        stderr: ""
      })
      assert.deepStrictEqual(yield* onTheWay, [oldest, newest].toSorted())
    }), 120_000)

  it.effect(
    "is refused in one line what is no id, names nothing, or is not clear, and nothing happens",
    () =>
      Effect.gen(function*() {
        const [id = ""] = yield* letters(1, "it cannot be done")
        const before = yield* audited
        const unclear = refused("say the id of one dead letter, or --all")
        const cases: ReadonlyArray<readonly [ReadonlyArray<string>, Ended]> = [
          [["replay", "x'; drop table users"], refused("x'; drop table users is not the id of a dead letter")],
          [["discard", "42"], refused("42 is not the id of a dead letter")],
          [["replay", nobody], refused("There is no such dead letter; it may have been discarded.")],
          [["replay"], unclear],
          [["replay", id, "--all"], unclear]
        ]
        for (const [args, expected] of cases) {
          assert.deepStrictEqual(yield* opsdesk("dead-letters", ...args), expected, args.join(" "))
        }
        assert.strictEqual((yield* opsdesk("dead-letters", "discard")).code, 1)
        assert.deepStrictEqual(yield* onTheList, [id])
        assert.deepStrictEqual(yield* onTheWay, [])
        assert.deepStrictEqual(yield* audited, before)
      }),
    120_000
  )

  it.effect(
    "has one consumer get past events again from a position on, and it is on record",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        const before = yield* audited
        const random = yield* SecureRandom.SecureRandom
        for (const _ of [1, 2, 3]) {
          yield* sql`
          insert into events (transaction_id, id, type, occurred_at, audience, payload)
          values (pg_current_xact_id(), ${yield* random.uuidV7()}, 'team.created', now(), 'internal', '{}')`
        }
        yield* sql`insert into consumers (name, from_position, types) values ('cache', 0, '{#}')`
        yield* sql`insert into inbox (consumer, event_id, state) select 'cache', id, 'settled' from events`
        const positions = (yield* sql<{ position: number }>`select position from events order by position`)
          .map(({ position }) => position)
        const from = String(positions[1])
        const replay = ["events", "replay", "--consumer", "cache", "--from", from]
        const queued = sql<{ position: number }>`
        delete from redeliveries where queue = 'opsdesk.cache' returning position`
        const settled = Effect.map(sql`select from inbox where consumer = 'cache'`, (rows) => rows.length)
        const told = { code: 0, stdout: "2 events are on the way to cache\n", stderr: "" }
        assert.deepStrictEqual(yield* opsdesk(...replay), told)
        assert.deepStrictEqual((yield* queued).map(({ position }) => position), positions.slice(1))
        assert.strictEqual(yield* settled, 3)
        assert.deepStrictEqual(yield* opsdesk(...replay, "--again"), told)
        assert.strictEqual((yield* queued).length, 2)
        assert.strictEqual(yield* settled, 1)
        const record = [...before, ["events.replayed", "cache"], ["events.replayed", "cache"]]
        assert.deepStrictEqual(yield* audited, record)

        assert.deepStrictEqual(
          yield* opsdesk("events", "replay", "--consumer", "cash", "--from", "1"),
          refused("No consumer of this name has ever acted on events here.")
        )
        for (const odd of ["soon", "1.5"]) {
          assert.strictEqual((yield* opsdesk("events", "replay", "--consumer", "cache", "--from", odd)).code, 1, odd)
        }
        assert.strictEqual((yield* opsdesk("events", "replay", "--consumer", "cache")).code, 1)
        assert.deepStrictEqual(yield* queued, [])
        assert.deepStrictEqual(yield* audited, record)
      }),
    120_000
  )
})
